package org.cofitune.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.data.RowSource;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.RegionParser;
import org.cofitune.testing.TinyModel;

/** A tiny model on the disk, random rows, and runs over them. */
public final class TinyTraining {
  static final String REGION = "1-2:up_proj,down_proj";
  public static final TrainingArguments ARGUMENTS =
      TrainingArguments.defaults()
          .with(
              Map.of(
                  "learning_rate",
                  1e-3,
                  "per_device_train_batch_size",
                  4,
                  "num_train_epochs",
                  2,
                  "lr_scheduler_type",
                  "constant"));

  private final Path model;
  private Precision precision = Precision.FLOAT32;
  private String region = REGION;
  private List<TokenizedExample> rows = rows(20, 7);
  private List<TokenizedExample> evalRows = rows(3, 8);

  private TinyTraining(Path model) {
    this.model = model;
  }

  public static TinyTraining in(Path folder) {
    return new TinyTraining(TinyModel.llama().writeTo(folder.resolve("model")));
  }

  static TinyTraining of(Path model) {
    return new TinyTraining(model);
  }

  public TinyTraining in(Precision newPrecision) {
    precision = newPrecision;
    return this;
  }

  public TinyTraining region(String text) {
    region = text;
    return this;
  }

  public TinyTraining rows(List<TokenizedExample> newRows) {
    rows = newRows;
    return this;
  }

  TinyTraining evalRows(List<TokenizedExample> newRows) {
    evalRows = newRows;
    return this;
  }

  public Path model() {
    return model;
  }

  /** Does something with an opened model and a task. */
  public interface Action<T> {
    T with(TrainingTask task);
  }

  public <T> T open(TrainingArguments arguments, Action<T> action) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    try (LoadedModel loaded = LoadedModel.open(model, engine, precision)) {
      return action.with(
          TrainingTask.ofRegion(
              loaded.decoder(),
              RegionParser.parse(region, loaded.config().numHiddenLayers()),
              rows,
              evalRows,
              arguments));
    }
  }

  /** Trains to the end and returns every weight. */
  Map<String, double[]> train(TrainingArguments arguments, TrainingListener... listeners) {
    return open(
        arguments,
        task -> {
          try (Trainer trainer = new Trainer(task, List.of(listeners))) {
            trainer.run(() -> false);
          }
          return weights(task);
        });
  }

  public static Map<String, double[]> weights(TrainingTask task) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    for (String name : task.decoder().parameters().names()) {
      try (PointerScope scope = new PointerScope()) {
        weights.put(name, HostTensors.toDoubles(task.decoder().parameters().held(name)));
      }
    }
    return weights;
  }

  /** Rows of 4 to 19 random bytes, the first half a prompt. */
  public static List<TokenizedExample> rows(int count, long seed) {
    Random random = new Random(seed);
    List<TokenizedExample> rows = new ArrayList<>();
    for (int r = 1; r <= count; r++) {
      int[] ids = new int[4 + random.nextInt(16)];
      int[] labels = new int[ids.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = TinyModel.FIRST_BYTE + random.nextInt(256);
        labels[i] = i < ids.length / 2 ? TokenizedExample.IGNORED : ids[i];
      }
      rows.add(
          new TokenizedExample(ids, labels, new RowSource(Path.of("rows.jsonl"), r, r), false));
    }
    return rows;
  }
}
