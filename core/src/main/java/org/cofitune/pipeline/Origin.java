package org.cofitune.pipeline;

import java.nio.file.Path;

/** Where a setting's value comes from; as text it stands in front of errors about the value. */
public sealed interface Origin {
  /** Nobody set it. */
  record Default() implements Origin {
    @Override
    public String toString() {
      return "default";
    }
  }

  /** A line of a recipe. */
  record RecipeLine(Path file, int line) implements Origin {
    @Override
    public String toString() {
      return file + ":" + line;
    }
  }

  /** An option of the command line, as the person wrote it: {@code --model}, {@code --set}. */
  record Option(String option) implements Origin {
    @Override
    public String toString() {
      return option;
    }
  }
}
