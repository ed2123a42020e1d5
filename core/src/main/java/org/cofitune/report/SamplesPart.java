package org.cofitune.report;

import java.util.List;
import java.util.Optional;
import org.cofitune.pipeline.Sample;

/** What both models write. */
final class SamplesPart {
  private SamplesPart() {}

  static Optional<Section> of(RunFiles files) {
    List<Sample> samples = files.samples();
    return samples.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Section(
                "samples",
                "Sample outputs",
                "The first held-out rows, continued by both models with the most likely token each"
                    + " time. They are examples, not evidence; that is in the scores.",
                List.of(new SampleCards(samples))));
  }
}
