package org.cofitune.search;

import java.util.List;
import java.util.Map;
import org.cofitune.data.MicroBatches;
import org.cofitune.data.PackedBatch;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Decoder;
import org.cofitune.model.LoadedModel;
import org.cofitune.train.ActivationMemory;
import org.cofitune.train.CrossEntropy;
import org.cofitune.train.FrozenPrefix;
import org.cofitune.train.GradientPass;
import org.cofitune.train.RowsFingerprint;

/**
 * Scores a model without task files, by how likely it finds rows that it was not trained on: {@code
 * 100 * exp(-nll / token)} (METHOD.md section 6), the geometric mean of the probabilities of the
 * supervised tokens in per cent. Speciality is that of held-out rows of the new domain, versatility
 * that of rows of what the model could do before.
 */
public final class HeldOutScorer implements ModelScorer {
  private static final double PERCENT = 100;

  private final List<TokenizedExample> specialityRows;
  private final List<TokenizedExample> versatilityRows;
  private final int batchSize;
  private final double specialityWeight;

  /**
   * A scorer.
   *
   * @param specialityRows held-out rows of the new domain, at least one
   * @param versatilityRows rows of what the model could do before, at least one
   * @param batchSize sequences of one forward pass
   * @param specialityWeight weight of S in uni, from 0 to 1; V has the rest
   */
  public HeldOutScorer(
      List<TokenizedExample> specialityRows,
      List<TokenizedExample> versatilityRows,
      int batchSize,
      double specialityWeight) {
    this.specialityRows = List.copyOf(specialityRows);
    this.versatilityRows = List.copyOf(versatilityRows);
    this.batchSize = batchSize;
    this.specialityWeight = specialityWeight;
  }

  @Override
  public TrialScore score(LoadedModel model) {
    return score(new GradientPass(model.decoder(), new CrossEntropy(), 0, ActivationMemory.KEEP));
  }

  @Override
  public TrialScore score(LoadedModel model, int lowestLayer, FrozenPrefix below) {
    return score(model.decoder(), lowestLayer, below);
  }

  /**
   * Scores a decoder where somebody knows what its lowest layers make of a text.
   *
   * @param lowestLayer the lowest layer that is computed; -1 for the embedding
   * @param below gives what lies below it
   */
  public TrialScore score(Decoder decoder, int lowestLayer, FrozenPrefix below) {
    return score(
        new GradientPass(decoder, new CrossEntropy(), lowestLayer, ActivationMemory.KEEP, below));
  }

  private TrialScore score(GradientPass pass) {
    double speciality = likelihood(pass, specialityRows);
    double versatility = likelihood(pass, versatilityRows);
    return TrialScore.weighed(speciality, versatility, specialityWeight);
  }

  private double likelihood(GradientPass pass, List<TokenizedExample> rows) {
    MicroBatches batches = MicroBatches.ofSequences(rows, batchSize);
    double nll = 0;
    for (PackedBatch batch : batches.batches()) {
      nll += pass.evaluate(batch);
    }
    if (Double.isNaN(nll)) {
      throw CofituneException.of(ErrorKind.TRAINING, "a trial's model computes no number")
          .at(rows.get(0).source())
          .expected("a likelihood of the held-out rows")
          .found("NaN")
          .next("lower learning_rate")
          .build();
    }
    return PERCENT * Math.exp(-nll / batches.supervisedTokens());
  }

  @Override
  public Map<String, String> identity() {
    return Map.of(
        "scores", "held-out likelihood",
        "speciality rows", RowsFingerprint.of(specialityRows).sha256(),
        "versatility rows", RowsFingerprint.of(versatilityRows).sha256(),
        "search.speciality_weight", String.valueOf(specialityWeight));
  }
}
