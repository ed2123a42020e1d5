package org.cofitune.analyze;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.model.Delta;
import org.cofitune.model.DeltaDescription;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.store.Checkpoint;
import org.cofitune.testing.TinyModel;

/**
 * A tiny base on the disk, and a delta in which the tensors of a region are half as large again.
 */
final class TinyPair implements AutoCloseable {
  static final double FACTOR = 1.5;

  private final LoadedModel base;
  private final Delta delta;
  private final ModelPair pair;

  private TinyPair(LoadedModel base, Delta delta) {
    this.base = base;
    this.delta = delta;
    this.pair = ModelPair.of(base, delta);
  }

  static TinyPair in(Path folder, String region) {
    return in(folder, TinyModel.llama(), region);
  }

  /** Computes in float64. */
  static TinyPair in(Path folder, TinyModel model, String region) {
    Path base = model.writeTo(folder.resolve("base"));
    LoadedModel opened = LoadedModel.open(base, engine(), Precision.FLOAT64);
    Region tuned = RegionParser.parse(region, opened.config().numHiddenLayers());
    writeDelta(base, tuned, folder.resolve("delta"));
    return new TinyPair(opened, Delta.open(folder.resolve("delta")));
  }

  private static void writeDelta(Path base, Region region, Path target) {
    try (LoadedModel model = LoadedModel.open(base, engine(), Precision.FLOAT64);
        Checkpoint checkpoint = Checkpoint.open(base);
        NoGradGuard frozen = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      Set<String> names = region.parameters(model.config()).keySet();
      for (String name : names) {
        Tensor larger = model.parameters().held(name).mul(new Scalar(FACTOR));
        model.parameters().assign(name, larger);
      }
      Delta.write(
          target,
          model.parameters(),
          names,
          DeltaDescription.of(
              region,
              checkpoint,
              JsonNodeFactory.instance.objectNode(),
              JsonNodeFactory.instance.objectNode()));
    }
  }

  static Engine engine() {
    return Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
  }

  LoadedModel base() {
    return base;
  }

  Delta delta() {
    return delta;
  }

  ModelPair pair() {
    return pair;
  }

  @Override
  public void close() {
    pair.close();
    delta.close();
    base.close();
  }
}
