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

  /** A file that the recipe names; it has its say where nobody else did. */
  record Derived(String source) implements Origin {
    @Override
    public String toString() {
      return source;
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
