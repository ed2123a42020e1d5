package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * The text that importance is measured on: what the model must go on being good at.
 *
 * @param dataset files or folders of rows in any format; every token counts, whatever is supervised
 * @param corpus name of the folder that the result goes to, in {@code importanceDir}; left out, it
 *     is the name of the first file without its ending
 * @param maxSamples measures the first so many rows; 0 for all
 */
public record CorpusSection(List<Path> dataset, @Nullable String corpus, int maxSamples) {
  public CorpusSection {
    dataset = List.copyOf(dataset);
    if (maxSamples < 0) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible number of rows")
          .at("max_samples")
          .expected("1 or more, or 0 for all")
          .found(maxSamples)
          .build();
    }
  }

  static CorpusSection defaults() {
    return new CorpusSection(List.of(), null, 0);
  }

  /** The corpus' name: as given, or after its first file. */
  String name() {
    return corpus != null
        ? corpus
        : Objects.requireNonNull(dataset.get(0).getFileName())
            .toString()
            .replaceFirst("(?<=.)\\.[^.]*$", "");
  }
}
