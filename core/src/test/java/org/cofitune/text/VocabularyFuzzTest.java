package org.cofitune.text;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/** What the library makes of {@code tokenizer.json} is native code, which is not watched. */
final class VocabularyFuzzTest {
  @FuzzTest
  void anyVocabularyIsReadOrRefused(byte[] bytes) {
    try {
      Vocabulary vocabulary = Vocabulary.read(bytes);
      vocabulary.isSpecial(vocabulary.size() - 1);
      vocabulary.endsInSpecial("</s>");
    } catch (IOException e) {
      // what the loader makes an error of that names the file
    }
  }
}
