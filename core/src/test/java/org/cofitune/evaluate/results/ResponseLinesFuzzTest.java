package org.cofitune.evaluate.results;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;

final class ResponseLinesFuzzTest {
  private static final Path FILE = Path.of("responses.jsonl");

  @FuzzTest
  void anyResponsesAreReadOrRefused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Hostile.readOrRefuse(FILE, () -> ResponseLines.read(FILE, text));
  }
}
