package org.cofitune.report;

import java.util.List;
import org.cofitune.pipeline.Sample;

/** Texts of base and tuned model side by side. */
record SampleCards(List<Sample> samples) implements Block {
  SampleCards {
    samples =
        samples.stream()
            .map(
                sample ->
                    new Sample(
                        PrintableText.of(sample.row()),
                        PrintableText.of(sample.prompt()),
                        PrintableText.of(sample.reference()),
                        PrintableText.of(sample.base()),
                        PrintableText.of(sample.tuned())))
            .toList();
  }
}
