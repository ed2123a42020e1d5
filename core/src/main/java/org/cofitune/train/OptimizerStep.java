package org.cofitune.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.data.MicroBatches;
import org.cofitune.data.PackedBatch;
import org.cofitune.data.TokenizedExample;
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
          .build();
    }
  }

  OptimizerStep(TrainingTask task, AdamW optimizer) {
    this.task = task;
    this.optimizer = optimizer;
    ActivationMemory memory =
        task.arguments().gradientCheckpointing()
            ? ActivationMemory.RECOMPUTE
            : ActivationMemory.KEEP;
    this.pass =
        new GradientPass(
            task.decoder(),
            task.objective(),
            task.reference(),
            task.lowestLayer(),
            memory,
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
    MicroBatches batches =
        MicroBatches.ofSequences(rows, task.arguments().perDeviceTrainBatchSize());
    double scale = 1.0 / batches.supervisedTokens();
    LossSums losses = LossSums.NONE;
    int first = 0;
    for (PackedBatch batch : batches.batches()) {
      LossSums sums = accumulate(number, first, batch, scale);
      int next = first + batch.sequences();
      if (!Double.isFinite(sums.minimised())) {
        return new NonFinite(culprit("the loss"), rows.subList(first, next));
      }
      losses = losses.plus(sums);
      first = next;
    }
    double penalty;
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      penalty = task.rule().penalise(number, task.tensors());
      task.rule().adjustGradients(number, task.tensors());
    }
    double norm = GradientNorm.of(task.tensors());
    if (!Double.isFinite(norm)) {
      return new NonFinite(culprit("the norm of all gradients"), rows);
    }
    if (task.arguments().maxGradNorm() > 0) {
      GradientNorm.clip(task.tensors(), norm, task.arguments().maxGradNorm());
    }
    optimizer.step(learningRate, task.rule(), number);
    return new Taken(
        losses.minimised(),
        penalty,
        norm,
        batches.tokens(),
        batches.supervisedTokens(),
        measured(number, losses, scale));
  }

  /** What the rule measured, and what the loss is made of where it is not the cross entropy. */
  private Map<String, Double> measured(long number, LossSums losses, double scale) {
    Map<String, Double> measured = new TreeMap<>(task.rule().measured(number));
    if (task.reference() != null || !(task.objective() instanceof CrossEntropy)) {
      measured.put("cross_entropy", losses.crossEntropy() * scale);
    }
    if (task.reference() != null) {
      measured.put("divergence", losses.divergence() * scale);
    }
    return measured;
  }

  private LossSums accumulate(long number, int firstRow, PackedBatch batch, double scale) {
    task.rule().beginBatch(number, firstRow, batch);
    try {
      return pass.accumulateAll(batch, scale);
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
    long supervised = 0;
    MicroBatches batches =
        MicroBatches.ofSequences(rows, task.arguments().perDeviceEvalBatchSize());
    for (PackedBatch batch : batches.batches()) {
      sum += pass.evaluate(batch);
      supervised += batch.supervisedTokens();
    }
    return sum / supervised;
  }
}
