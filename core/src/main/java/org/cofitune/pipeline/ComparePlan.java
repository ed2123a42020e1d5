package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.data.DataArguments;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.EngineOptions;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.task.Task;
import org.cofitune.method.MethodArguments;
import org.cofitune.model.CheckpointParameters;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.search.ModelScorer;
import org.cofitune.search.SearchSettings;
import org.cofitune.store.Checkpoint;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.TrainingArguments;

/**
 * Everything that a comparison will do, checked before any weight is read.
 *
 * @param recipe as completed by the rows
 * @param config of the model
 * @param data rows to train on, and held-out ones
 * @param scorer scores on the development set
 * @param questions of the test
 * @param methods in the order of the recipe
 * @param seeds at least one
 */
record ComparePlan(
    Recipe recipe,
    ModelConfig config,
    SearchData data,
    ModelScorer scorer,
    Questions questions,
    List<PlannedMethod> methods,
    List<Long> seeds) {
  private static final String METHODS = "compare.methods";

  /** What all methods have in common, beside the sections of {@link #SHARED_SECTIONS}. */
  private static final Set<String> SHARED_KEYS =
      Set.of(
          "model_name_or_path",
          "output_dir",
          "dtype",
          "bf16",
          "resume",
          "save_merged_model",
          "learning_rate",
          "seed");

  private static final String IMPORTANCE = "importance_dir";
  private static final Set<Class<?>> SHARED_SECTIONS =
      Set.of(
          DatasetSection.class,
          DataArguments.class,
          EngineOptions.class,
          EvaluateSection.class,
          SearchSection.class,
          SearchSettings.class,
          CompareSection.class);

  /**
   * Plans a comparison.
   *
   * @param choice of what scores on the development set
   * @throws CofituneException of kind RECIPE, DATA, or FORMAT for whatever does not fit
   */
  static ComparePlan of(Recipe recipe, Checkpoint base, ScorerChoice choice) {
    Path model = base.directory();
    ModelConfig config = ModelConfigReader.read(model);
    CheckpointParameters.match(model, config, base.specs());
    CompareSection section = recipe.section(CompareSection.class);
    if (section.methods().isEmpty()) {
      throw missing(METHODS, "a comparison has no methods", "a list of methods");
    }
    if (recipe.section(EvaluateSection.class).tasks().isEmpty()) {
      throw missing("evaluate.tasks", "a comparison has no test", "tasks, scored once at the end");
    }
    List<PlannedMethod> methods = new ArrayList<>();
    for (int i = 0; i < section.methods().size(); i++) {
      methods.add(planned(recipe, i, config, base));
    }
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      SearchData data = SearchData.read(recipe, tokenizer, config);
      ModelScorer scorer = choice.of(data);
      Questions questions = Questions.read(recipe, config);
      requireBothKinds(questions.tasks());
      requireApart(scorer, questions.tasks());
      List<Long> seeds =
          section.seeds().isEmpty()
              ? List.of(recipe.section(TrainingArguments.class).seed())
              : section.seeds();
      return new ComparePlan(
          data.recipe(),
          config,
          data,
          scorer,
          questions,
          withReplayedRows(methods, data.recipe(), tokenizer, config),
          seeds);
    }
  }

  /** The methods with the general rows that each of them replays. */
  private static List<PlannedMethod> withReplayedRows(
      List<PlannedMethod> methods, Recipe completed, Tokenizer tokenizer, ModelConfig config) {
    Map<List<Path>, List<TokenizedExample>> read = new HashMap<>();
    return methods.stream()
        .map(
            method -> {
              ReplaySection replay = method.recipe().section(ReplaySection.class);
              return replay.isOn()
                  ? method.withReplayed(
                      read.computeIfAbsent(
                          replay.dataset(),
                          files ->
                              TrainingData.examples(completed, files, tokenizer, config)
                                  .examples()))
                  : method;
            })
        .toList();
  }

  private static CofituneException missing(String key, String what, String expected) {
    return CofituneException.of(ErrorKind.RECIPE, what)
        .at(key)
        .expected(expected)
        .found("none")
        .next("set " + key + "; docs/compare.md has an example")
        .build();
  }

  private static PlannedMethod planned(
      Recipe recipe, int index, ModelConfig config, Checkpoint base) {
    CompareSection section = recipe.section(CompareSection.class);
    ComparedMethod compared = section.methods().get(index);
    String place = "[" + index + "]";
    refuseShared(recipe, compared, place);
    Recipe own = withoutIdleImportance(recipe.withPart(METHODS, place, compared.keys()), compared);
    Region region =
        RegionParser.parse(own.section(RunSection.class).region(), config.numHiddenLayers());
    ResidentWeights.require(own, "a comparison");
    List<Double> rates = compared.learningRates();
    if (rates.isEmpty()) {
      rates = section.learningRates();
    }
    if (rates.isEmpty()) {
      rates = List.of(own.section(TrainingArguments.class).learningRate());
    }
    return new PlannedMethod(
        compared.name(),
        own,
        region,
        TrainingRun.settle(own, config, region, base),
        rates,
        compared.parts(),
        List.of());
  }

  /** Importance that the whole recipe names is for the methods that use any. */
  private static Recipe withoutIdleImportance(Recipe own, ComparedMethod compared) {
    boolean masked = own.section(MethodArguments.class).method().isMasked();
    return masked || compared.keys().has(IMPORTANCE) ? own : own.with(IMPORTANCE + "=null");
  }

  private static void refuseShared(Recipe recipe, ComparedMethod method, String place) {
    Set<String> shared = new HashSet<>(SHARED_KEYS);
    for (RecipeSection<?> section : RecipeSections.ALL) {
      if (SHARED_SECTIONS.contains(section.type())) {
        section.keys().forEach(key -> shared.add(key.full()));
        shared.add(section.prefix());
      }
    }
    for (Map.Entry<String, JsonNode> key : method.keys().properties()) {
      if (shared.contains(key.getKey())) {
        throw CofituneException.of(ErrorKind.RECIPE, "the methods of a comparison share this key")
            .at(recipe.originOf(METHODS, place + "." + key.getKey()) + ": " + METHODS + place)
            .expected("keys of the method")
            .found(key.getKey())
            .next(
                key.getKey().equals("learning_rate")
                    ? "name learning_rates"
                    : "set it for the whole recipe")
            .build();
      }
    }
  }

  private static void requireBothKinds(List<Task> tasks) {
    boolean versatile = tasks.stream().anyMatch(t -> t.spec().group().isVersatility());
    boolean special = tasks.stream().anyMatch(t -> !t.spec().group().isVersatility());
    if (!versatile || !special) {
      throw missing(
          "evaluate.tasks",
          "a comparison weighs speciality and versatility",
          special ? "a task of group gen-kn, gen-rs or instruct" : "a task of group speciality");
    }
  }

  /** A learning rate that the test chose would make the test worthless. */
  private static void requireApart(ModelScorer scorer, List<Task> tasks) {
    for (Task task : tasks) {
      String fingerprint = task.fingerprint().toString();
      boolean same = scorer.identity().values().stream().anyMatch(v -> v.startsWith(fingerprint));
      if (same) {
        throw CofituneException.of(ErrorKind.RECIPE, "the test asks the development questions")
            .at("evaluate.tasks")
            .expected("other rows than those of search.tasks")
            .found("task " + task.spec().name() + " in both")
            .next("split the rows of the task in two files")
            .build();
      }
    }
  }

  /** The seeds whose development scores choose a learning rate. */
  List<Long> choosingSeeds() {
    boolean all = recipe.section(CompareSection.class).learningRateSeeds() == RateSeeds.ALL;
    return all ? seeds : seeds.subList(0, 1);
  }

  /** Trainings, if no two methods share one and none chooses two rates. */
  int trainings() {
    int choosing = choosingSeeds().size();
    return methods.stream()
        .mapToInt(m -> m.learningRates().size() * choosing + seeds.size() - choosing)
        .sum();
  }

  /** Deltas of the trainings that a choice is made from, and two checkpoints of one. */
  long bytesNeeded() {
    long largest = 0;
    for (PlannedMethod method : methods) {
      long trained = ParameterNames.count(method.region().parameters(config));
      long trainings = (long) method.learningRates().size() * choosingSeeds().size();
      largest =
          Math.max(
              largest,
              trained * (Float.BYTES * trainings + 2L * Estimate.Disk.BYTES_PER_PARAMETER));
    }
    return largest;
  }

  /** Numbers of the whole model. */
  long parameters() {
    return ParameterNames.count(ParameterNames.shapes(config));
  }
}
