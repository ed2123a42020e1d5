package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.cofitune.data.RowSource;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ProcessMemory;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The memory that a training of 410 million parameters adds to this process, beside the estimate.
 */
@EnabledOnOs(OS.LINUX)
final class PeakMemoryTest {
  private static final int LAYERS = 8;
  private static final int TOKENS = 16;
  private static final long MIB = 1L << 20;

  /** What the C library has not given back, and buffers of matrix products. */
  private static final double MOST = 1.35;

  private static final double LEAST = 0.7;

  private static final TrainingArguments ARGUMENTS =
      TrainingArguments.defaults()
          .with(
              Map.of(
                  "gradient_checkpointing", true,
                  "per_device_train_batch_size", 1,
                  "max_steps", 2,
                  "save_steps", -1));

  @TempDir Path folder;

  @Test
  void thePeakIsWhatTheEstimateSays() throws IOException {
    SparseModel.write(folder, new SparseModel.Shape(512, 2048, LAYERS, 5632, 16));
    added(ARGUMENTS.with("max_steps", 1)); // loads libraries, starts threads

    long resident = added(ARGUMENTS);
    requireAsEstimated(resident, "int8", "none");
    requireAsEstimated(resident, "nf4", "none");
    requireAsEstimated(resident, "stored", "frozen");
    requireAsEstimated(resident, "nf4", "frozen", "optimizer");
  }

  private void requireAsEstimated(long resident, String dtype, String... offload) {
    TrainingArguments arguments =
        ARGUMENTS.with(Map.of("frozen_dtype", dtype, "offload", List.of(offload)));
    long estimated = estimated(arguments);
    long added = added(arguments);
    String what =
        "%s, offload %s: %d MiB of estimated %d; resident %d"
            .formatted(dtype, List.of(offload), added / MIB, estimated / MIB, resident / MIB);

    assertThat(added / (double) estimated).as(what).isBetween(LEAST, MOST);
    assertThat(added).as(what).isLessThan(resident);
  }

  /** On a CPU the host's memory counts, too, but for streamed bytes that stay in the file. */
  private long estimated(TrainingArguments arguments) {
    Recipe recipe =
        Recipe.ofDefaults()
            .withOption("model_name_or_path", folder, "--model")
            .with("region=4:up_proj")
            .with("cutoff_len=" + TOKENS)
            .with("gradient_checkpointing=true")
            .with("per_device_train_batch_size=1")
            .with("frozen_dtype=" + arguments.frozenDtype())
            .with("offload=" + arguments.offload());
    MemoryEstimate memory = Estimate.of(recipe).memory();
    long onHost =
        arguments.frozenDtype().isQuantised() || arguments.offload().isEmpty()
            ? memory.hostBytes()
            : memory.stateBytes();
    return memory.totalBytes() + onHost;
  }

  /** Bytes that a training adds to this process at its peak. */
  private long added(TrainingArguments arguments) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    Region region = RegionParser.parse("4:up_proj", LAYERS);
    System.gc();
    Pointer.trimMemory();
    long before = ProcessMemory.now().resident();
    try (Watch watch = new Watch()) {
      try (LoadedModel model =
          LoadedModel.open(
              folder, engine, Optional.of(Precision.FLOAT32), arguments.holding(changed(region)))) {
        TrainingTask task =
            TrainingTask.ofRegion(model.decoder(), region, List.of(row()), List.of(), arguments);
        try (Trainer trainer = new Trainer(task, List.of())) {
          trainer.run(() -> false);
        }
      }
      return watch.peak - before;
    }
  }

  private Set<String> changed(Region region) {
    return region.parameters(org.cofitune.model.ModelConfigReader.read(folder)).keySet();
  }

  private static TokenizedExample row() {
    Random random = new Random(1);
    int[] ids = random.ints(TOKENS, 0, 512).toArray();
    return new TokenizedExample(ids, ids.clone(), new RowSource(Path.of("rows"), 1, 1), false);
  }

  /** Looks at the resident memory every other millisecond. */
  private static final class Watch implements AutoCloseable {
    private volatile long peak;
    private volatile boolean over;
    private final Thread thread = new Thread(this::look, "watch");

    Watch() {
      thread.setDaemon(true);
      thread.start();
    }

    private void look() {
      while (!over) {
        peak = Math.max(peak, ProcessMemory.now().resident());
        java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
      }
    }

    @Override
    public void close() {
      over = true;
    }
  }
}
