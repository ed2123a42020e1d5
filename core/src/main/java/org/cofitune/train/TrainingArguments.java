package org.cofitune.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.error.NearestName;
import org.cofitune.model.FrozenDtype;
import org.cofitune.model.FrozenHolding;

/**
 * How to train: the home of every default. Names are those of Hugging Face's {@code
 * TrainingArguments}; where the paper's authors state a value (METHOD.md section 3), that is the
 * default.
 *
 * <pre>{@code
 * TrainingArguments arguments =
 *     TrainingArguments.defaults().with("learning_rate", 1e-4).with("max_steps", 500);
 * }</pre>
 *
 * @param learningRate the highest rate, after warm-up
 * @param lrSchedulerType how the rate changes over the run
 * @param warmupRatio part of all steps that the rate rises in, {@code int(total * ratio)}
 * @param warmupSteps steps that the rate rises in; 0 leaves it to the ratio
 * @param weightDecay AdamW's decoupled decay, of matrices only unless {@code decayAll}
 * @param decayAll whether norms decay too, as the authors' do; biases never do
 * @param adamBeta1 AdamW's running mean of gradients
 * @param adamBeta2 AdamW's running mean of squared gradients
 * @param adamEpsilon added to the root of AdamW's second moment
 * @param maxGradNorm the global norm that gradients are clipped to; 0 for no clipping
 * @param perDeviceTrainBatchSize sequences of one micro batch
 * @param gradientAccumulationSteps micro batches of one optimizer step (the authors: as many as
 *     make 256 sequences)
 * @param perDeviceEvalBatchSize sequences of one micro batch of held-out rows
 * @param tokensAtOnce tokens that go through the model together at most; a batch with more is cut
 *     by rows, which changes memory and rounding only
 * @param numTrainEpochs how often every row is trained on, fractions allowed
 * @param maxSteps optimizer steps; -1 leaves it to the epochs
 * @param shuffle whether each epoch has its own order, or all of them the order of the files
 * @param seed of the order and of everything else that is drawn
 * @param loggingSteps steps from one logged loss to the next
 * @param evalSteps steps from one held-out loss to the next; 0 for the end of every epoch, -1 for
 *     never
 * @param saveSteps steps from one checkpoint to the next; 0 for the end of every epoch, -1 for
 *     never, not even at the end
 * @param saveTotalLimit checkpoints kept, the oldest go first; 0 for all. The best and the last are
 *     always kept
 * @param loadBestModelAtEnd whether the run ends with the weights of the lowest held-out loss
 *     instead of the last
 * @param earlyStoppingPatience held-out losses without improvement after which the run ends; 0 for
 *     never
 * @param earlyStoppingThreshold how much lower a held-out loss must be to count as an improvement
 * @param gradientCheckpointing whether activations are recomputed on the way back, to save memory
 * @param frozenDtype what the matrices of frozen layers are held in: stored, exact; int8, about
 *     half of 16 bits; nf4, about a quarter. What is trained is trained beside the rounded ones;
 *     delta and merged model have the stored ones. Needs gradient_checkpointing
 * @param offload what lies in the host's memory and not in the device's: frozen (matrices of frozen
 *     layers, streamed layer by layer), optimizer (moments), activations (inputs of layers), or
 *     none. The weights that come out are the same. frozen and activations need
 *     gradient_checkpointing
 * @param shardFrozen whether each process of a run with several holds an equal share of the
 *     matrices of frozen layers, and gathers them layer by layer: what ZeRO-3 and FSDP do, for
 *     weights that are not trained. The weights that come out are the same. Needs
 *     gradient_checkpointing; one process alone holds everything
 * @param onNonFinite what to do about a loss or gradient that is not a number
 */
public record TrainingArguments(
    double learningRate,
    SchedulerType lrSchedulerType,
    double warmupRatio,
    int warmupSteps,
    double weightDecay,
    boolean decayAll,
    double adamBeta1,
    double adamBeta2,
    double adamEpsilon,
    double maxGradNorm,
    int perDeviceTrainBatchSize,
    int gradientAccumulationSteps,
    int perDeviceEvalBatchSize,
    int tokensAtOnce,
    double numTrainEpochs,
    int maxSteps,
    boolean shuffle,
    long seed,
    int loggingSteps,
    int evalSteps,
    int saveSteps,
    int saveTotalLimit,
    boolean loadBestModelAtEnd,
    int earlyStoppingPatience,
    double earlyStoppingThreshold,
    boolean gradientCheckpointing,
    FrozenDtype frozenDtype,
    Set<Offload> offload,
    boolean shardFrozen,
    OnNonFinite onNonFinite) {

  /** Value of a step interval: never. */
  public static final int NEVER = -1;

  /** Value of a step interval: at the end of every epoch. */
  public static final int EVERY_EPOCH = 0;

  private static final TrainingArguments DEFAULTS =
      new TrainingArguments(
          4e-5,
          SchedulerType.COSINE,
          0.03,
          0,
          0.1,
          false,
          0.9,
          0.95,
          1e-8,
          1.0,
          8,
          1,
          8,
          1024,
          3,
          -1,
          true,
          42,
          1,
          EVERY_EPOCH,
          EVERY_EPOCH,
          2,
          false,
          0,
          0,
          false,
          FrozenDtype.STORED,
          Set.of(),
          false,
          OnNonFinite.STOP);

  /**
   * Checks every value.
   *
   * @throws CofituneException of kind RECIPE naming the key
   */
  public TrainingArguments {
    require(finite(learningRate) && learningRate > 0, "learning_rate", "above 0", learningRate);
    require(within(warmupRatio, 0, 1), "warmup_ratio", "0 to 1", warmupRatio);
    require(warmupSteps >= 0, "warmup_steps", "0 or more", warmupSteps);
    require(finite(weightDecay) && weightDecay >= 0, "weight_decay", "0 or more", weightDecay);
    require(within(adamBeta1, 0, 1) && adamBeta1 < 1, "adam_beta1", "0 to below 1", adamBeta1);
    require(within(adamBeta2, 0, 1) && adamBeta2 < 1, "adam_beta2", "0 to below 1", adamBeta2);
    require(finite(adamEpsilon) && adamEpsilon > 0, "adam_epsilon", "above 0", adamEpsilon);
    require(finite(maxGradNorm) && maxGradNorm >= 0, "max_grad_norm", "0 or more", maxGradNorm);
    requireCount(perDeviceTrainBatchSize, "per_device_train_batch_size");
    requireCount(gradientAccumulationSteps, "gradient_accumulation_steps");
    requireCount(perDeviceEvalBatchSize, "per_device_eval_batch_size");
    requireCount(tokensAtOnce, "tokens_at_once");
    require(
        finite(numTrainEpochs) && numTrainEpochs > 0,
        "num_train_epochs",
        "above 0",
        numTrainEpochs);
    require(maxSteps == -1 || maxSteps >= 1, "max_steps", "1 or more, or -1", maxSteps);
    requireCount(loggingSteps, "logging_steps");
    require(evalSteps >= NEVER, "eval_steps", "-1 or more", evalSteps);
    require(saveSteps >= NEVER, "save_steps", "-1 or more", saveSteps);
    require(saveTotalLimit >= 0, "save_total_limit", "0 or more", saveTotalLimit);
    require(
        earlyStoppingPatience >= 0, "early_stopping_patience", "0 or more", earlyStoppingPatience);
    require(
        finite(earlyStoppingThreshold) && earlyStoppingThreshold >= 0,
        "early_stopping_threshold",
        "0 or more",
        earlyStoppingThreshold);
    require(
        earlyStoppingPatience == 0 || evalSteps != NEVER,
        "early_stopping_patience",
        "0 where eval_steps is -1: nothing is measured that could stop improving",
        earlyStoppingPatience);
    require(
        !loadBestModelAtEnd || (evalSteps != NEVER && saveSteps != NEVER),
        "load_best_model_at_end",
        "false where eval_steps or save_steps is -1: the best would not be known or kept",
        loadBestModelAtEnd);
    require(
        gradientCheckpointing || !frozenDtype.isQuantised(),
        "frozen_dtype",
        "stored where gradient_checkpointing is false: the way back would keep what was dequantised",
        word(frozenDtype));
    offload = without(offload);
    require(
        gradientCheckpointing || !offload.contains(Offload.FROZEN),
        "offload",
        "no frozen where gradient_checkpointing is false: the way back would keep every layer",
        words(offload));
    require(
        gradientCheckpointing || !offload.contains(Offload.ACTIVATIONS),
        "offload",
        "no activations where gradient_checkpointing is false: only inputs of layers are moved",
        words(offload));
    require(
        gradientCheckpointing || !shardFrozen,
        "shard_frozen",
        "false where gradient_checkpointing is false: the way back would keep every gathered layer",
        shardFrozen);
  }

  /** Without what says nothing, in the order of the constants. */
  private static Set<Offload> without(Set<Offload> offload) {
    require(
        offload.size() < 2 || !offload.contains(Offload.NONE),
        "offload",
        "none alone",
        words(offload));
    Set<Offload> plain = EnumSet.noneOf(Offload.class);
    plain.addAll(offload);
    plain.remove(Offload.NONE);
    return Collections.unmodifiableSet(plain);
  }

  private static String words(Collection<? extends Enum<?>> constants) {
    return constants.stream().map(TrainingArguments::word).collect(Collectors.joining(", "));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Refuses what only a training alone can do.
   *
   * @param what does it instead, such as "a search"
   * @throws CofituneException of kind RECIPE naming the key
   */
  public void requireResidentWeights(String what) {
    if (frozenDtype.isQuantised() || offload.contains(Offload.FROZEN) || shardFrozen) {
      String key =
          frozenDtype.isQuantised() ? "frozen_dtype" : shardFrozen ? "shard_frozen" : "offload";
      throw CofituneException.of(ErrorKind.RECIPE, what + " keeps all weights as they are stored")
          .at(key)
          .expected(
              "frozen_dtype stored, offload without frozen, shard_frozen false: what is frozen"
                  + " changes in it")
          .found(toJson().get(key))
          .next("leave the key out, and set it for the training of the region")
          .build();
    }
  }

  /** The authors' recipe with Hugging Face's batch size. */
  public static TrainingArguments defaults() {
    return DEFAULTS;
  }

  /** Sequences of one optimizer step on one process. */
  public int sequencesPerStep() {
    return Math.multiplyExact(perDeviceTrainBatchSize, gradientAccumulationSteps);
  }

  /** These arguments with one of them changed; see {@link #with(Map)}. */
  public TrainingArguments with(String key, Object value) {
    return with(Map.of(key, value));
  }

  /**
   * These arguments with some of them changed.
   *
   * @param changes from the Hugging Face names ({@code learning_rate}) to numbers, booleans or text
   * @throws CofituneException of kind RECIPE for an unknown key or an impossible value
   */
  public TrainingArguments with(Map<String, ?> changes) {
    ObjectNode json = toJson();
    for (Map.Entry<String, ?> change : changes.entrySet()) {
      if (!json.has(change.getKey())) {
        throw unknown(change.getKey(), json);
      }
      json.set(change.getKey(), ArgumentsJson.MAPPER.valueToTree(change.getValue()));
    }
    try {
      return ArgumentsJson.MAPPER.treeToValue(json, TrainingArguments.class);
    } catch (JsonProcessingException e) {
      throw unreadable(json, e);
    }
  }

  /**
   * How a model is held for a training that changes some of its parameters.
   *
   * @param changed their names
   */
  public FrozenHolding holding(Set<String> changed) {
    return new FrozenHolding(frozenDtype, offload.contains(Offload.FROZEN), shardFrozen, changed);
  }

  /** The arguments under their Hugging Face names, in the order of the record. */
  public ObjectNode toJson() {
    return ArgumentsJson.MAPPER.valueToTree(this);
  }

  private static CofituneException unknown(String key, ObjectNode known) {
    List<String> names = known.properties().stream().map(Map.Entry::getKey).toList();
    return CofituneException.of(ErrorKind.RECIPE, "unknown training argument")
        .at(key)
        .expected("one of " + String.join(", ", names))
        .next(NearestName.of(key, names).map(n -> "did you mean " + n + "?").orElse("correct it"))
        .build();
  }

  private static CofituneException unreadable(ObjectNode json, JsonProcessingException e) {
    if (rootCause(e) instanceof CofituneException invalid) {
      return invalid;
    }
    String key =
        e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
            ? mapping.getPath().get(0).getFieldName()
            : "training arguments";
    return CofituneException.of(ErrorKind.RECIPE, "training argument of the wrong kind")
        .at(key)
        .expected("something like " + DEFAULTS.toJson().path(key))
        .found(json.path(key))
        .next("correct the value")
        .cause(e)
        .build();
  }

  private static Throwable rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof CofituneException)) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static void requireCount(int value, String key) {
    require(value >= 1, key, "1 or more", value);
  }

  private static boolean within(double value, double low, double high) {
    return value >= low && value <= high;
  }

  private static boolean finite(double value) {
    return Double.isFinite(value);
  }

  private static void require(boolean valid, String key, String expected, Object found) {
    if (!valid) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible training argument")
          .at(key)
          .expected(expected)
          .found(found)
          .next("correct the value")
          .build();
    }
  }
}
