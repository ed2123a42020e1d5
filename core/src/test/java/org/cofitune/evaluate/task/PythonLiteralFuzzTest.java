package org.cofitune.evaluate.task;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

final class PythonLiteralFuzzTest {
  @FuzzTest
  void anyTextIsAListOrNone(byte[] bytes) {
    PythonLiteral.list(new String(bytes, StandardCharsets.UTF_8));
  }
}
