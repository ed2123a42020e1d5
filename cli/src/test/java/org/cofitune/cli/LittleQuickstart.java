package org.cofitune.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.testing.ChildJvm;

/** The quickstart with very little of everything and one rate for all, in a process of its own. */
final class LittleQuickstart {
  private static final List<String> LITTLE =
      List.of(
          "max_steps=2",
          "learning_rate=3e-4",
          "search.levels=[halves]",
          "search.max_steps=2",
          "search.controls=false",
          "importance.max_samples=4",
          "evaluate.limit=2");

  private LittleQuickstart() {}

  /** Starts it behind a command and with options of the JVM. */
  static ChildJvm start(Path out, List<String> prefix, List<String> options) throws IOException {
    List<String> words = new ArrayList<>(List.of("quickstart", "--out", out.toString()));
    LITTLE.forEach(setting -> words.addAll(List.of("--set", setting)));
    return ChildJvm.start(prefix, options, Main.class, words.toArray(String[]::new));
  }
}
