package org.cofitune.model.adapter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.Decoder;
import org.cofitune.model.DeltaDescription;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Parameters;
import org.cofitune.model.RegionParser;
import org.cofitune.store.Checkpoint;

/** Adapters with random numbers in B too, and logits of tiny models. */
public final class TinyAdapters {
  private static final int[] IDS = {1, 50, 60, 70, 80};

  private TinyAdapters() {}

  /** Parameters that are stored, too, in the type that is computed with. */
  static Parameters parameters(Path model, Precision precision) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    ModelConfig config = ModelConfigReader.read(model);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      return Parameters.load(
          ParameterNames.of(config),
          name -> checkpoint.tensor(name).to(precision.scalarType()),
          engine.device(),
          precision);
    }
  }

  static LowRankAdapters random(
      ModelConfig config, Parameters parameters, String region, AdapterSettings settings) {
    List<AdaptedModule> modules =
        AdaptedModule.among(
            config,
            RegionParser.parse(region, config.numHiddenLayers()).parameters(config).keySet());
    LowRankAdapters adapters = LowRankAdapters.initial(config, parameters, modules, settings, 3);
    randomiseB(adapters);
    return adapters;
  }

  /** Numbers in B, as if it had been trained. */
  public static void randomiseB(LowRankAdapters adapters) {
    Random random = new Random(4);
    for (LowRankPair pair : adapters.pairs().values()) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        double[] values = random.doubles(pair.b().numel(), -0.3, 0.3).toArray();
        pair.b().copy_(HostTensors.ofDoubles(values).view(pair.b().sizes()));
      }
    }
  }

  /** Of adapters that a checkpoint is the base of. */
  public static DeltaDescription description(Path base) {
    ObjectNode none = JsonNodeFactory.instance.objectNode();
    try (Checkpoint checkpoint = Checkpoint.open(base)) {
      return DeltaDescription.of(RegionParser.parse("all", 1), checkpoint, none, none);
    }
  }

  static double[] logits(Decoder decoder) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor hidden =
          decoder.layers(
              0,
              decoder.layers(),
              decoder.embed(HostTensors.ofIds(IDS).to(ScalarType.Long)),
              decoder.packed(new int[] {0, IDS.length}));
      return HostTensors.toDoubles(decoder.logits(decoder.finalNorm(hidden)));
    }
  }
}
