package org.cofitune.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.Parameters;
import org.cofitune.model.Region;
import org.cofitune.testing.TinyModel;
import org.cofitune.train.CacheStorage;
import org.cofitune.train.PrefixWork;
import org.cofitune.train.SharedPrefixes;
import org.cofitune.train.TinyTraining;
import org.cofitune.train.TrainingArguments;

/** Searches over a tiny model with random rows; each stands for a process of its own. */
final class TinySearch {
  static final int MAX_STEPS = 4;
  static final List<TokenizedExample> ROWS = TinyTraining.rows(12, 7);
  static final HeldOutScorer SCORER =
      new HeldOutScorer(TinyTraining.rows(4, 8), TinyTraining.rows(4, 9), 4, 0.5);
  static final SearchSettings HALVING =
      new SearchSettings(RegionTree.DEFAULT_LEVELS, 1, 100, MAX_STEPS, true, 2, 1, false, true);

  private final Path model;
  private final Path folder;
  private final Precision precision;
  final List<SearchEvent> events = new ArrayList<>();
  boolean cached = true;
  int saveSteps = TrainingArguments.NEVER;
  BooleanSupplier interrupted = () -> false;
  PrefixWork work = PrefixWork.NONE;

  TinySearch(Path model, Path folder, Precision precision) {
    this.model = model;
    this.folder = folder;
    this.precision = precision;
  }

  static Path model(Path folder) {
    return TinyModel.llama().withDtype("BF16").writeTo(folder.resolve("model"));
  }

  /** Does something with an opened model and a runner. */
  interface Action<T> {
    T with(LoadedModel model, RegionTrialRunner runner);
  }

  <T> T open(Action<T> action) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    TrainingArguments arguments =
        RegionTrialRunner.argumentsOf(
            TinyTraining.ARGUMENTS.with("learning_rate", 0.01), MAX_STEPS, saveSteps);
    try (LoadedModel loaded = LoadedModel.open(model, engine, precision);
        SharedPrefixes prefixes = new SharedPrefixes(loaded.decoder(), CacheStorage.defaults());
        RegionTrialRunner runner =
            new RegionTrialRunner(
                loaded,
                ROWS,
                arguments,
                SCORER,
                folder.resolve("trials"),
                Map.of(),
                cached ? prefixes : null,
                events::add,
                interrupted)) {
      T result = action.with(loaded, runner);
      work = prefixes.work();
      return result;
    }
  }

  /** Runs a trial up to the last of these steps, looking at it at each; returns the last score. */
  TrialScore run(Region region, int... looks) {
    return open(
        (loaded, runner) -> {
          TrialScore score = runner.run(region, looks[0]);
          for (int look = 1; look < looks.length; look++) {
            score = runner.run(region, looks[look]);
          }
          return score;
        });
  }

  SearchResult search() {
    return search(runner -> runner);
  }

  SearchResult search(Function<TrialRunner, TrialRunner> wrapped) {
    return open(
        (loaded, runner) ->
            new TreeSearch(
                    loaded.config(),
                    HALVING,
                    wrapped.apply(runner),
                    TrialStore.open(folder.resolve("trials.jsonl")),
                    "setting",
                    null,
                    events::add)
                .search(1));
  }

  /** The same search, one of whose processes this is. */
  SearchResult search(ProcessGroup group) {
    Path file = folder.resolve("trials.jsonl");
    TrialStore store =
        group.together(() -> group.isFirst() ? TrialStore.open(file) : TrialStore.follow(file));
    return open(
        (loaded, runner) ->
            new TreeSearch(loaded.config(), HALVING, runner, store, "setting", null, events::add)
                .sharedWith(group)
                .search(1));
  }

  <T extends SearchEvent> List<T> events(Class<T> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  static Map<String, double[]> weights(Parameters parameters) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    for (String name : parameters.names()) {
      try (PointerScope scope = new PointerScope()) {
        weights.put(name, HostTensors.toDoubles(new Tensor(parameters.held(name))));
      }
    }
    return weights;
  }
}
