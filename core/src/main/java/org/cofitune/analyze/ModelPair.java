package org.cofitune.analyze;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.CheckpointParameters;
import org.cofitune.model.Decoder;
import org.cofitune.model.Delta;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Parameters;
import org.cofitune.model.Region;
import org.cofitune.store.Checkpoint;

/**
 * A base and a tuned model of one architecture. Tensors that are equal in both exist once; so do
 * those of the models between the two, which have the tuned values of some tensors and the base's
 * of all others.
 *
 * <pre>{@code
 * try (LoadedModel base = LoadedModel.open(folder, engine);
 *     ModelPair pair = ModelPair.of(base, delta)) {
 *   double half = pair.between(someNames, decoder -> likelihood(decoder));
 * }
 * }</pre>
 */
public final class ModelPair implements AutoCloseable {
  private final LoadedModel base;
  private final Parameters tuned;
  private final Decoder tunedDecoder;
  private final Set<String> changed;

  private ModelPair(LoadedModel base, Function<String, Tensor> tunedTensors) {
    this.base = base;
    Set<String> names = new LinkedHashSet<>();
    this.tuned =
        Parameters.load(
            base.parameters().names(),
            name -> {
              Tensor before = base.parameters().held(name);
              Tensor after = tunedTensors.apply(name);
              if (equal(before, after)) {
                return before;
              }
              names.add(name);
              return after;
            },
            base.parameters().device(),
            base.parameters().precision());
    this.changed = Collections.unmodifiableSet(names);
    this.tunedDecoder = new Decoder(base.config(), tuned);
  }

  /**
   * A base with what training changed.
   *
   * @param base stays open, and as it is, as long as the pair is
   * @throws CofituneException of kind FORMAT if the delta does not fit
   */
  public static ModelPair of(LoadedModel base, Delta delta) {
    delta.requireFit(base.parameters());
    Set<String> trained = delta.names();
    return new ModelPair(
        base, name -> trained.contains(name) ? delta.tensor(name) : base.parameters().held(name));
  }

  /**
   * A base with a whole tuned checkpoint.
   *
   * @throws CofituneException of kind FORMAT if the two are not of one architecture
   */
  public static ModelPair of(LoadedModel base, Checkpoint tuned) {
    requireSameArchitecture(base.directory(), base.config(), tuned);
    Map<String, String> sources =
        CheckpointParameters.match(tuned.directory(), base.config(), tuned.specs());
    return new ModelPair(base, name -> tuned.tensor(sources.get(name)));
  }

  /**
   * Refuses a checkpoint that computes in another way than a base, before weights load.
   *
   * @throws CofituneException of kind FORMAT naming both
   */
  public static void requireSameArchitecture(Path base, ModelConfig config, Checkpoint tuned) {
    ModelConfig found = ModelConfigReader.read(tuned.directory());
    if (!found.equals(config)) {
      throw CofituneException.of(ErrorKind.FORMAT, "the two models differ in their architecture")
          .at(tuned.directory())
          .expected("the config.json of " + base)
          .found(found)
          .next("name the base that the model was tuned from")
          .build();
    }
  }

  private static boolean equal(Tensor before, Tensor after) {
    Tensor there = after.to(before.device(), after.scalar_type());
    return before.scalar_type().intern() == there.scalar_type().intern()
        ? before.equal(there)
        : before.to(ScalarType.Double).equal(there.to(ScalarType.Double));
  }

  public ModelConfig config() {
    return base.config();
  }

  public Decoder base() {
    return base.decoder();
  }

  public Decoder tuned() {
    return tunedDecoder;
  }

  /** The parameters that differ, in the order of the forward pass. */
  public Set<String> changed() {
    return changed;
  }

  /**
   * The lowest layer with a parameter that differs: below it both models compute the same. {@link
   * Region#EMBEDDING_LAYER} for the embedding, the number of layers where no layer differs.
   */
  public int lowestLayer() {
    return ParameterNames.lowestLayer(changed, config());
  }

  /**
   * Works with a model between the two.
   *
   * @param tunedNames the changed parameters that have their tuned values; all others have the
   *     base's
   */
  public <T> T between(Set<String> tunedNames, Function<Decoder, T> work) {
    Parameters first = base.parameters();
    try (Parameters mixed =
            Parameters.load(
                first.names(),
                name -> tunedNames.contains(name) ? tuned.held(name) : first.held(name),
                first.device(),
                first.precision());
        Decoder decoder = new Decoder(config(), mixed)) {
      return work.apply(decoder);
    }
  }

  /** A parameter of the base, as it is held. */
  Tensor baseTensor(String name) {
    return base.parameters().held(name);
  }

  /** A parameter of the tuned model, as it is held. */
  Tensor tunedTensor(String name) {
    return tuned.held(name);
  }

  /** Lets go of the tuned model; the base stays open. */
  @Override
  public void close() {
    tunedDecoder.close();
    tuned.close();
  }
}
