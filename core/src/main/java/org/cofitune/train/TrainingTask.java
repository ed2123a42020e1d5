package org.cofitune.train;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.cofitune.data.TokenizedExample;
import org.cofitune.model.Decoder;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Parameters;
import org.cofitune.model.Region;
import org.jspecify.annotations.Nullable;

/**
 * What is trained, on what, and how.
 *
 * @param decoder the model
 * @param tensors what the optimizer moves
 * @param lowestLayer the lowest layer that gradients must reach; {@link Region#EMBEDDING_LAYER} for
 *     the embedding
 * @param rows the rows to train on
 * @param evalRows held-out rows, may be empty
 * @param arguments how
 * @param objective what is minimised at every supervised token
 * @param reference another model's prediction that it is held to as well; null for none
 * @param replay general rows that are trained on as well
 * @param rule what a method changes about a step
 * @param prefix what gives the input of the lowest trained layer: computed, or a cache
 * @param ranks the processes that share the work
 */
public record TrainingTask(
    Decoder decoder,
    List<TrainedTensor> tensors,
    int lowestLayer,
    List<TokenizedExample> rows,
    List<TokenizedExample> evalRows,
    TrainingArguments arguments,
    TokenObjective objective,
    @Nullable ReferenceTerm reference,
    Replay replay,
    UpdateRule rule,
    FrozenPrefix prefix,
    Ranks ranks) {

  public TrainingTask {
    tensors = List.copyOf(tensors);
    rows = List.copyOf(rows);
    evalRows = List.copyOf(evalRows);
  }

  /**
   * Plain fine-tuning of a region: its parameters become trainable, all others frozen. {@link
   * Parameters#freezeAll} ends that.
   */
  public static TrainingTask ofRegion(
      Decoder decoder,
      Region region,
      List<TokenizedExample> rows,
      List<TokenizedExample> evalRows,
      TrainingArguments arguments) {
    return ofParameters(
        decoder, region.parameters(decoder.config()).keySet(), rows, evalRows, arguments);
  }

  /** Plain fine-tuning of some parameters, as {@link #ofRegion} does it. */
  public static TrainingTask ofParameters(
      Decoder decoder,
      Collection<String> names,
      List<TokenizedExample> rows,
      List<TokenizedExample> evalRows,
      TrainingArguments arguments) {
    Parameters parameters = decoder.parameters();
    parameters.train(names);
    List<TrainedTensor> tensors = new ArrayList<>();
    for (String name : parameters.trainableNames()) {
      tensors.add(new TrainedTensor(name, parameters.held(name), decays(name, arguments)));
    }
    return new TrainingTask(
        decoder,
        tensors,
        ParameterNames.lowestLayer(names, decoder.config()),
        rows,
        evalRows,
        arguments,
        new CrossEntropy(),
        null,
        Replay.NONE,
        UpdateRule.PLAIN,
        FrozenPrefix.computed(decoder),
        Ranks.alone());
  }

  /**
   * A task that leaves every parameter of the model frozen; {@link #withTensors} says what is
   * trained instead.
   *
   * @param lowestLayer the lowest decoder layer that gradients will have to reach
   */
  public static TrainingTask ofFrozen(
      Decoder decoder,
      int lowestLayer,
      List<TokenizedExample> rows,
      List<TokenizedExample> evalRows,
      TrainingArguments arguments) {
    decoder.parameters().freezeAll();
    return new TrainingTask(
        decoder,
        List.of(),
        lowestLayer,
        rows,
        evalRows,
        arguments,
        new CrossEntropy(),
        null,
        Replay.NONE,
        UpdateRule.PLAIN,
        FrozenPrefix.computed(decoder),
        Ranks.alone());
  }

  /** Matrices decay, biases do not, norms only where all weights shall. */
  private static boolean decays(String name, TrainingArguments arguments) {
    boolean bias = name.endsWith(".bias");
    boolean norm = name.endsWith("norm.weight");
    return !bias && (!norm || arguments.decayAll());
  }

  /**
   * The same task with other trained tensors.
   *
   * @param wrapped a decoder of the same parameters that these tensors are part of
   */
  public TrainingTask withTensors(Decoder wrapped, List<TrainedTensor> others) {
    return new TrainingTask(
        wrapped,
        others,
        lowestLayer,
        rows,
        evalRows,
        arguments,
        objective,
        reference,
        replay,
        rule,
        prefix,
        ranks);
  }

  /** The same task with another objective. */
  public TrainingTask withObjective(TokenObjective other) {
    return new TrainingTask(
        decoder,
        tensors,
        lowestLayer,
        rows,
        evalRows,
        arguments,
        other,
        reference,
        replay,
        rule,
        prefix,
        ranks);
  }

  /** The same task, held to another model's prediction as well. */
  public TrainingTask withReference(ReferenceTerm other) {
    return new TrainingTask(
        decoder,
        tensors,
        lowestLayer,
        rows,
        evalRows,
        arguments,
        objective,
        other,
        replay,
        rule,
        prefix,
        ranks);
  }

  /** The same task with general rows beside its own. */
  public TrainingTask withReplay(Replay other) {
    return new TrainingTask(
        decoder,
        tensors,
        lowestLayer,
        rows,
        evalRows,
        arguments,
        objective,
        reference,
        other,
        rule,
        prefix,
        ranks);
  }

  /** The same task with a method's rule. */
  public TrainingTask withRule(UpdateRule other) {
    return new TrainingTask(
        decoder,
        tensors,
        lowestLayer,
        rows,
        evalRows,
        arguments,
        objective,
        reference,
        replay,
        other,
        prefix,
        ranks);
  }

  /** The same task with another source of what the frozen layers make of the rows. */
  public TrainingTask withPrefix(FrozenPrefix other) {
    return new TrainingTask(
        decoder,
        tensors,
        lowestLayer,
        rows,
        evalRows,
        arguments,
        objective,
        reference,
        replay,
        rule,
        other,
        ranks);
  }

  /** The same task, shared with other processes. */
  public TrainingTask withRanks(Ranks other) {
    return new TrainingTask(
        decoder,
        tensors,
        lowestLayer,
        rows,
        evalRows,
        arguments,
        objective,
        reference,
        replay,
        rule,
        prefix,
        other);
  }

  /** Numbers that the optimizer moves. */
  public long trainableParameters() {
    return tensors.stream().mapToLong(tensor -> tensor.master().numel()).sum();
  }
}
