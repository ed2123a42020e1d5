package org.cofitune.evaluate;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.cofitune.data.DataArguments;
import org.cofitune.data.DataFiles;
import org.cofitune.data.ExampleReader;
import org.cofitune.data.ExampleTokenizer;
import org.cofitune.data.OnTooLong;
import org.cofitune.data.RowSource;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.generate.ScoringRequest;
import org.cofitune.generate.ScoringRequest.ScoredSequence;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;

/**
 * Reads texts that a model is gauged on: rows of every accepted form, cut to the model's context,
 * or a {@code .txt} or {@code .md} file as one text, in windows of that length.
 */
public final class GaugeTexts {
  private static final List<String> PLAIN = List.of(".txt", ".md");

  private final Tokenizer tokenizer;
  private final PromptFormat format;
  private final int vocabularySize;
  private final int contextLength;

  /**
   * @param format how conversations are written
   * @param vocabularySize rows of the model's embedding
   * @param contextLength tokens that the model sees at once
   */
  public GaugeTexts(
      Tokenizer tokenizer, PromptFormat format, int vocabularySize, int contextLength) {
    this.tokenizer = tokenizer;
    this.format = format;
    this.vocabularySize = vocabularySize;
    this.contextLength = contextLength;
  }

  /**
   * Reads a file, or a folder of rows.
   *
   * @throws CofituneException of kind DATA for a missing, empty, or unreadable one
   */
  public List<TokenizedExample> read(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    if (PLAIN.stream().anyMatch(name::endsWith)) {
      return plain(path);
    }
    DataArguments arguments =
        DataArguments.defaults().withCutoffLen(contextLength).withOnTooLong(OnTooLong.TRUNCATE);
    ExampleTokenizer examples =
        new ExampleTokenizer(tokenizer, format, arguments.supervised(), vocabularySize);
    return new ExampleReader(examples, arguments)
        .read(DataFiles.of(List.of(path)).files())
        .examples();
  }

  private List<TokenizedExample> plain(Path file) {
    int[] ids = tokenizer.encode(text(file), false);
    int prefix = tokenizer.bosTokenId().orElse(tokenizer.eosTokenId().orElse(-1));
    if (ids.length == 0 || prefix < 0) {
      throw refused(file, ids.length == 0 ? "text is empty" : "nothing stands before the text");
    }
    List<TokenizedExample> windows = new ArrayList<>();
    for (ScoringRequest window : RollingWindows.of(ids, prefix, contextLength - 1)) {
      ScoredSequence sequence = window.sequences().get(0);
      int[] labels = sequence.ids().clone();
      Arrays.fill(labels, 0, sequence.from(), TokenizedExample.IGNORED);
      windows.add(
          new TokenizedExample(
              sequence.ids(), labels, new RowSource(file, 1, windows.size() + 1), false));
    }
    return windows;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw refused(file, "text is not UTF-8");
    } catch (IOException e) {
      throw CofituneException.of(ErrorKind.DATA, "text cannot be read")
          .at(file)
          .found(e)
          .next("check the path and the permissions")
          .cause(e)
          .build();
    }
  }

  private static CofituneException refused(Path file, String what) {
    return CofituneException.of(ErrorKind.DATA, what)
        .at(file)
        .expected("UTF-8 text, and a tokenizer with bos_token or eos_token")
        .next("name another file")
        .build();
  }
}
