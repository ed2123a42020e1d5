package org.cofitune.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.data.MicroBatches;
import org.cofitune.data.PackedBatch;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Parameters;

/**
 * One optimizer step: micro batches forward and backward, the method's rule, clip, AdamW. The loss
 * is divided by the supervised tokens of the whole step, so how its rows are cut into micro batches
 * does not matter (METHOD.md section 3).
 */
final class OptimizerStep {
  private final TrainingTask task;
  private final AdamW optimizer;
  private final GradientPass pass;
  private final ProcessGroup group;
  private final SharedStep shared;

  /** What came of a step. */
  sealed interface Outcome {}

  /**
   * The weights have moved.
   *
   * @param lossSum summed loss of the supervised tokens
   * @param penalty what the rule added
   * @param gradNorm before clipping
   * @param measured what the rule measured, and parts of the loss
   */
  record Taken(
      double lossSum,
      double penalty,
      double gradNorm,
      long tokens,
      long supervisedTokens,
      Map<String, Double> measured)
      implements Outcome {
    /** Mean per supervised token. */
    double loss() {
      return lossSum / supervisedTokens;
    }
  }

  /**
   * Something was not a number or infinite; weights and moments are as before.
   *
   * @param what the tensor or the loss
   * @param rows the rows that it was computed from
   */
  record NonFinite(String what, List<TokenizedExample> rows) implements Outcome {
    private static final int ROWS_NAMED = 8;

    List<String> places() {
      return rows.stream().map(row -> row.source().toString()).toList();
    }

    CofituneException at(String when) {
      List<String> places = places();
      int named = Math.min(ROWS_NAMED, places.size());
      String more = places.size() > named ? " and " + (places.size() - named) + " more" : "";
      return CofituneException.of(ErrorKind.TRAINING, "not a number during training")
          .at(when)
          .expected("finite losses, gradients and weights")
          .found(what + " from " + String.join(", ", places.subList(0, named)) + more)
          .next("lower learning_rate, look at these rows, or set on_non_finite: skip")
          .see("the-loss-is-not-a-number")
          .build();
    }
  }

  OptimizerStep(TrainingTask task, AdamW optimizer, SharedStep shared) {
    this.task = task;
    this.optimizer = optimizer;
    this.group = task.ranks().group();
    this.shared = shared;
    this.pass =
        new GradientPass(
            task.decoder(),
            task.objective(),
            task.reference(),
            task.lowestLayer(),
            ActivationMemory.of(task.arguments()),
            task.prefix());
  }

  /**
   * Takes a step.
   *
   * @param number of the step, from 0
   */
  Outcome take(long number, List<TokenizedExample> rows, double learningRate) {
    try {
      return accumulateAndMove(number, rows, learningRate);
    } finally {
      GradientNorm.clear(task.tensors());
    }
  }

  private Outcome accumulateAndMove(long number, List<TokenizedExample> rows, double learningRate) {
    long supervised = rows.stream().mapToLong(TokenizedExample::supervisedTokens).sum();
    double scale = 1.0 / supervised;
    LossSums losses = LossSums.NONE;
    NonFinite fault = null;
    int first = task.ranks().begin(rows.size());
    int sequences = task.arguments().perDeviceTrainBatchSize();
    int atOnce = task.arguments().tokensAtOnce();
    List<PackedBatch> batches = task.ranks().ownBatches(rows, sequences, atOnce).batches();
    int passes = task.ranks().mostBatches(rows, sequences, atOnce);
    for (int i = 0; i < passes; i++) {
      boolean last = i == passes - 1;
      if (fault != null || i >= batches.size()) {
        pass.standBy(last ? shared::beginSums : layer -> {});
        continue;
      }
      PackedBatch batch = batches.get(i);
      LossSums sums = accumulate(number, first, batch, scale, last);
      int next = first + batch.sequences();
      losses = losses.plus(sums);
      if (!Double.isFinite(sums.minimised())) {
        fault = new NonFinite(culprit("the loss"), rows.subList(first, next));
      }
      first = next;
    }
    shared.sumGradients(task.decoder().layers());
    Optional<NonFinite> faults = shared.first(fault, rows);
    if (faults.isPresent()) {
      return faults.get();
    }
    losses = losses.sum(group);
    List<TrainedTensor> own = shared.own();
    double penalty;
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      penalty = task.rule().penalise(number, own);
      task.rule().adjustGradients(number, own);
    }
    double norm = shared.gradientNorm();
    if (!Double.isFinite(norm)) {
      return nonFiniteNorm(rows);
    }
    if (task.arguments().maxGradNorm() > 0) {
      GradientNorm.clip(own, norm, task.arguments().maxGradNorm());
    }
    optimizer.step(learningRate, task.rule(), number);
    shared.spreadMoved();
    return new Taken(
        losses.minimised(),
        group.sum(penalty)[0],
        norm,
        rows.stream().mapToLong(TokenizedExample::tokens).sum(),
        supervised,
        measured(number, losses, scale));
  }

  /** Named by the process that finds the tensor, if any does. */
  private Outcome nonFiniteNorm(List<TokenizedExample> rows) {
    String otherwise = "the norm of all gradients";
    NonFinite own = new NonFinite(culprit(otherwise), rows);
    return shared.first(own.what().equals(otherwise) ? null : own, rows).orElse(own);
  }

  /** What the rule measured, and what the loss is made of where it is not the cross entropy. */
  private Map<String, Double> measured(long number, LossSums losses, double scale) {
    Map<String, Double> measured = new TreeMap<>(task.rule().measured(number, group));
    if (task.reference() != null || !(task.objective() instanceof CrossEntropy)) {
      measured.put("cross_entropy", losses.crossEntropy() * scale);
    }
    if (task.reference() != null) {
      measured.put("divergence", losses.divergence() * scale);
    }
    return measured;
  }

  /** In the last pass, the gradients of a layer are summed as soon as they are there. */
  private LossSums accumulate(
      long number, int firstRow, PackedBatch batch, double scale, boolean last) {
    task.rule().beginBatch(number, firstRow, batch);
    try {
      return last && !group.isAlone()
          ? pass.accumulateAll(batch, scale, shared::beginSums)
          : pass.accumulateAll(batch, scale);
    } finally {
      task.rule().endBatch();
    }
  }

  /** The first weight, else the first gradient, that is not finite. */
  String culprit(String otherwise) {
    Parameters parameters = task.decoder().parameters();
    return parameters
        .firstNonFinite(parameters.names())
        .map(name -> "weight " + name)
        .or(() -> nonFiniteGradients().stream().findFirst().map(name -> "gradient of " + name))
        .orElse(otherwise);
  }

  private List<String> nonFiniteGradients() {
    List<String> names = new ArrayList<>();
    for (TrainedTensor tensor : task.tensors()) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        if (tensor.hasGradient() && !torch.isfinite(tensor.gradient()).all().item_bool()) {
          names.add(tensor.name());
        }
      }
    }
    return names;
  }

  /** Mean cross entropy per supervised token of rows, without moving anything; NaN for no row. */
  double evaluate(List<TokenizedExample> rows) {
    double sum = 0;
    int sequences = task.arguments().perDeviceEvalBatchSize();
    int atOnce = task.arguments().tokensAtOnce();
    MicroBatches own = task.ranks().ownBatches(rows, sequences, atOnce);
    for (PackedBatch batch : own.batches()) {
      sum += pass.evaluate(batch);
    }
    int passes = task.ranks().mostBatches(rows, sequences, atOnce);
    for (int i = own.batches().size(); i < passes; i++) {
      pass.standByEvaluation();
    }
    double[] sums = group.sum(sum, (double) own.supervisedTokens());
    return sums[0] / sums[1];
  }
}
