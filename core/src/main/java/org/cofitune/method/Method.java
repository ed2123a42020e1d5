package org.cofitune.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Decoder;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Region;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingTask;

/**
 * A method of training, settled before any weight is read. It changes a task (its rule, its
 * objective, its tensors); the trainer runs the result as it runs every task.
 *
 * <pre>{@code
 * Method method = Method.of(settings, subject);
 * try (MethodTask masked = method.onto(method.begin(decoder, region, rows, ...));
 *     Trainer trainer = new Trainer(masked.task(), listeners)) {
 *   trainer.run(interrupted);
 * }
 * }</pre>
 */
public sealed interface Method
    permits PlainTraining,
        SoftMaskTraining,
        LoraTraining,
        PenaltyTraining,
        DivergenceTraining,
        WeightedTraining,
        HalfTraining {

  /**
   * What a method is settled for.
   *
   * @param config of the model
   * @param region that will be trained
   * @param modelFingerprint that importance must have been measured on
   */
  record Subject(ModelConfig config, Region region, String modelFingerprint) {}

  MethodName name();

  /** What a resumed run must have in common with the one that was saved, by name. */
  Map<String, String> identity();

  /** What a delta says about the method that it was trained with. */
  ObjectNode description();

  /** The model's parameters that come out changed, with their shapes. */
  default Map<String, List<Long>> changed(ModelConfig config, Region region) {
    return region.parameters(config);
  }

  /** Numbers that the optimizer moves. */
  default long trainedNumbers(ModelConfig config, Region region) {
    return ParameterNames.count(changed(config, region));
  }

  /** The task that {@link #onto} begins with: the parameters that change, trainable. */
  default TrainingTask begin(
      Decoder decoder,
      Region region,
      List<TokenizedExample> rows,
      List<TokenizedExample> evalRows,
      TrainingArguments arguments) {
    return TrainingTask.ofParameters(
        decoder, changed(decoder.config(), region).keySet(), rows, evalRows, arguments);
  }

  /** The task as this method trains it. */
  MethodTask onto(TrainingTask task);

  /**
   * Settles a method.
   *
   * @throws CofituneException of kind RECIPE, at the key, where arguments contradict each other or
   *     the importance is of another model; of kind FORMAT where importance cannot be read
   */
  static Method of(MethodSettings settings, Subject subject) {
    MethodArguments arguments = settings.method();
    MethodName name = arguments.method();
    if (name.needsWholeModel() && !(subject.region() instanceof Region.WholeModel)) {
      throw CofituneException.of(ErrorKind.RECIPE, "method " + name.word() + " has no region")
          .at("region")
          .expected("all")
          .found(subject.region().text())
          .next("leave the region out, or name another method")
          .build();
    }
    if (name.isMasked() && arguments.importanceDir() == null) {
      throw CofituneException.of(
              ErrorKind.RECIPE, "method " + name.word() + " needs the importance of units")
          .at("method")
          .expected("importance_dir")
          .found("none")
          .next("measure it with cofitune importance, then give it with --importance DIR")
          .build();
    }
    if (!name.isMasked() && arguments.importanceDir() != null) {
      throw CofituneException.of(
              ErrorKind.RECIPE, "method " + name.word() + " makes no use of importance")
          .at("importance_dir")
          .found(arguments.importanceDir())
          .next("add --method cofitune, or leave the importance out")
          .build();
    }
    return switch (name) {
      case REGION, FULL -> new PlainTraining(name);
      case COFITUNE, V_SOFTMASK -> SoftMaskTraining.of(arguments, settings.softMask(), subject);
      case LORA -> LoraTraining.of(settings.lora(), subject.config(), subject.region());
      case L1, L2 -> PenaltyTraining.of(name, settings.penalty());
      case KL -> new DivergenceTraining(settings.kl().beta());
      case DFT, EAFT -> new WeightedTraining(name, settings.eaft());
      case HFT -> HalfTraining.of(settings.hft(), subject);
    };
  }
}
