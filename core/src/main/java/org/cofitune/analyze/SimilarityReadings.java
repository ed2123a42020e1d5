package org.cofitune.analyze;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How alike two models' layers are: the residual stream after each layer, at the supervised
 * positions.
 *
 * @param cosine mean cosine of the two hidden states of a position
 * @param cka linear centred kernel alignment with the unbiased estimator over batches (Nguyen,
 *     Raghu and Kornblith 2021, "Do wide and deep networks learn the same things?"); null where
 *     batches have too few positions to tell
 */
public record SimilarityReadings(List<Double> cosine, List<@Nullable Double> cka) {
  public SimilarityReadings {
    cosine = List.copyOf(cosine);
    cka = Collections.unmodifiableList(new ArrayList<>(cka));
  }
}
