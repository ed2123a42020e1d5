package org.cofitune.train;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.data.TokenizedExample;
import org.cofitune.model.Decoder;
import org.cofitune.model.Parameters;
import org.cofitune.model.Region;

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
 * @param rule what a method changes about a step
 * @param prefix what gives the input of the lowest trained layer: computed, or a cache
 */
public record TrainingTask(
    Decoder decoder,
    List<TrainedTensor> tensors,
    int lowestLayer,
    List<TokenizedExample> rows,
    List<TokenizedExample> evalRows,
    TrainingArguments arguments,
    TokenObjective objective,
    UpdateRule rule,
    FrozenPrefix prefix) {

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
    Parameters parameters = decoder.parameters();
    parameters.train(region.parameters(decoder.config()).keySet());
    List<TrainedTensor> tensors = new ArrayList<>();
    for (String name : parameters.trainableNames()) {
      tensors.add(new TrainedTensor(name, parameters.held(name), decays(name, arguments)));
    }
    return new TrainingTask(
        decoder,
        tensors,
        region.lowestLayer(),
        rows,
        evalRows,
        arguments,
        new CrossEntropy(),
        UpdateRule.PLAIN,
        FrozenPrefix.computed(decoder));
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
        UpdateRule.PLAIN,
        FrozenPrefix.computed(decoder));
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
        wrapped, others, lowestLayer, rows, evalRows, arguments, objective, rule, prefix);
  }

  /** The same task with another objective. */
  public TrainingTask withObjective(TokenObjective other) {
    return new TrainingTask(
        decoder, tensors, lowestLayer, rows, evalRows, arguments, other, rule, prefix);
  }

  /** The same task with a method's rule. */
  public TrainingTask withRule(UpdateRule other) {
    return new TrainingTask(
        decoder, tensors, lowestLayer, rows, evalRows, arguments, objective, other, prefix);
  }

  /** The same task with another source of what the frozen layers make of the rows. */
  public TrainingTask withPrefix(FrozenPrefix other) {
    return new TrainingTask(
        decoder, tensors, lowestLayer, rows, evalRows, arguments, objective, rule, other);
  }

  /** Numbers that the optimizer moves. */
  public long trainableParameters() {
    return tensors.stream().mapToLong(tensor -> tensor.master().numel()).sum();
  }
}
