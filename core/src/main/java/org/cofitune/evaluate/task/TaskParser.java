package org.cofitune.evaluate.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.OutputType;

/** Turns a mapping of a task file into a {@link TaskSpec}; whatever it does not know is refused. */
final class TaskParser {
  private static final String CODE = "it names code to run, and a task file is data";
  private static final String TEXT_ONLY = "models here read text only";
  private static final Map<String, String> REFUSED =
      Map.of(
          "process_docs", CODE,
          "process_results", CODE,
          "custom_dataset", CODE,
          "class", CODE,
          "unsafe_code", CODE,
          "use_prompt", "prompts are written in the task file",
          "doc_to_image", TEXT_ONLY,
          "doc_to_audio", TEXT_ONLY);
  private static final long FEWSHOT_SEED = 1234;

  private final TaskKeys keys;
  private final Path folder;
  private final TaskOptions options;

  TaskParser(TaskKeys keys, Path folder, TaskOptions options) {
    this.keys = keys;
    this.folder = folder;
    this.options = options;
  }

  TaskSpec parse() {
    refuseCode();
    String name = name();
    OutputType type = outputType();
    DatasetSpec dataset = new DatasetParser(keys, folder, options.folders()).parse();
    PromptSpec prompt = prompt(type);
    List<TaskMetric> metrics = MetricParser.parse(keys, type);
    List<FilterPipeline> filters = FilterParser.parse(keys);
    if (type != OutputType.GENERATE_UNTIL && keys.has("filter_list")) {
      throw onlyFor("filter_list", OutputType.GENERATE_UNTIL);
    }
    TaskSpec spec =
        new TaskSpec(
            name,
            keys.text("task_alias", name),
            TaskGroup.of(keys.word("group", TaskGroup.texts()).orElse(TaskGroup.OTHER.text())),
            type,
            dataset,
            prompt,
            options.chat(),
            fewShot(type, dataset),
            metrics,
            primary(metrics),
            filters,
            generation(type, prompt),
            limit(),
            onBadItem(),
            keys.place());
    keys.value("include");
    keys.value("tag");
    keys.value("metadata");
    keys.text("doc_to_decontamination_query");
    requireAbsent("should_decontaminate", keys.flag("should_decontaminate"));
    requireAbsent("repeats", keys.integer("repeats", 1).orElse(1) > 1);
    keys.refuseOthers();
    return spec;
  }

  private void refuseCode() {
    for (String key : keys.names()) {
      if (REFUSED.containsKey(key)) {
        throw CofituneException.of(ErrorKind.RECIPE, "key \"" + key + "\" is refused")
            .at(keys.place(key))
            .found(REFUSED.get(key))
            .next("prepare the rows beforehand, or write templates")
            .build();
      }
    }
  }

  private String name() {
    JsonNode task = keys.value("task");
    if (task != null && task.isContainerNode()) {
      throw CofituneException.of(ErrorKind.RECIPE, "lists of tasks by name are not read")
          .at(keys.place("task"))
          .expected("one task's name")
          .next("give the task files themselves, or put several tasks into one file with ---")
          .build();
    }
    return keys.required("task");
  }

  private OutputType outputType() {
    List<String> types = Arrays.stream(OutputType.values()).map(OutputType::text).toList();
    return keys.word("output_type", types)
        .map(type -> OutputType.valueOf(type.toUpperCase(Locale.ROOT)))
        .orElse(OutputType.GENERATE_UNTIL);
  }

  private PromptSpec prompt(OutputType type) {
    if (type != OutputType.LOGLIKELIHOOD_ROLLING && !keys.has("doc_to_text")) {
      throw keys.missing("doc_to_text");
    }
    if (!keys.has("doc_to_target")) {
      throw keys.missing("doc_to_target");
    }
    if (type == OutputType.MULTIPLE_CHOICE && !keys.has("doc_to_choice")) {
      throw keys.missing("doc_to_choice");
    }
    return new PromptSpec(
        TaskField.parse(keys, "doc_to_text", false),
        TaskField.parse(keys, "doc_to_choice", false),
        TaskField.parse(keys, "doc_to_target", false),
        TaskField.parse(keys, "description", true),
        TaskField.parse(keys, "gen_prefix", true),
        keys.text("target_delimiter", " "),
        keys.text("fewshot_delimiter", "\n\n"));
  }

  private FewShot fewShot(OutputType type, DatasetSpec dataset) {
    int count = options.numFewshot().orElse(keys.integer("num_fewshot", 0).orElse(0));
    FewShot.Sampler sampler = FewShot.Sampler.DEFAULT;
    long seed = FEWSHOT_SEED;
    List<Map<String, Object>> samples = List.of();
    Optional<String> split = keys.text("fewshot_split");
    boolean drawsOneMore = split.equals(keys.text("test_split"));
    Optional<TaskKeys> config = keys.mapping("fewshot_config");
    if (config.isPresent()) {
      TaskKeys fewshot = config.get();
      sampler =
          FewShot.Sampler.valueOf(
              fewshot
                  .word("sampler", List.of("default", "first_n"))
                  .orElse("default")
                  .toUpperCase(Locale.ROOT));
      seed = fewshot.wholeNumber("seed").orElse(FEWSHOT_SEED);
      samples = samples(fewshot);
      drawsOneMore = drawsOneMore && samples.isEmpty();
      fewshot.refuseOthers();
    }
    if (type == OutputType.LOGLIKELIHOOD_ROLLING && count > 0) {
      throw CofituneException.of(ErrorKind.RECIPE, "num_fewshot of a whole text")
          .at(keys.place("num_fewshot"))
          .expected("0")
          .found(count)
          .build();
    }
    String from =
        split
            .or(() -> keys.text("training_split"))
            .or(() -> keys.text("validation_split"))
            .orElse(dataset.evaluated());
    return new FewShot(count, sampler, seed, from, drawsOneMore, samples);
  }

  private static List<Map<String, Object>> samples(TaskKeys fewshot) {
    List<Map<String, Object>> samples = new ArrayList<>();
    for (TaskKeys sample : fewshot.mappings("samples")) {
      samples.add(sample.fields());
    }
    return samples;
  }

  private String primary(List<TaskMetric> metrics) {
    List<String> names = metrics.stream().map(TaskMetric::name).toList();
    return keys.word("primary_metric", names).orElse(names.get(0));
  }

  private GenerationSettings generation(OutputType type, PromptSpec prompt) {
    List<String> until = List.of(prompt.fewshotDelimiter());
    Optional<TaskKeys> given = keys.mapping("generation_kwargs");
    if (given.isEmpty()) {
      return new GenerationSettings(until, GenerationSettings.DEFAULT_MAX_TOKENS, false, 0, 1);
    }
    if (type != OutputType.GENERATE_UNTIL) {
      throw onlyFor("generation_kwargs", OutputType.GENERATE_UNTIL);
    }
    TaskKeys generation = given.get();
    if (generation.has("until")) {
      until = generation.texts("until").stream().filter(text -> !text.isEmpty()).toList();
    }
    int longest =
        generation
            .integer("max_gen_toks", 1)
            .or(() -> generation.integer("max_new_tokens", 1))
            .orElse(GenerationSettings.DEFAULT_MAX_TOKENS);
    boolean sample = generation.flag("do_sample");
    double temperature = generation.number("temperature", 0, 100).orElse(sample ? 1.0 : 0.0);
    double topP = generation.number("top_p", 0, 1).orElse(1.0);
    if (sample && (temperature == 0 || topP == 0)) {
      throw CofituneException.of(ErrorKind.RECIPE, "do_sample: true")
          .at(generation.place("do_sample"))
          .expected("temperature and top_p above 0")
          .found(temperature + " and " + topP)
          .build();
    }
    generation.refuseOthers();
    return new GenerationSettings(until, longest, sample, temperature, topP);
  }

  private OptionalInt limit() {
    Optional<Integer> own = keys.integer("limit", 1);
    if (options.limit().isPresent()) {
      return options.limit();
    }
    return own.isPresent() ? OptionalInt.of(own.get()) : OptionalInt.empty();
  }

  private OnBadItem onBadItem() {
    return OnBadItem.valueOf(
        keys.word("on_bad_item", List.of("fail", "skip")).orElse("fail").toUpperCase(Locale.ROOT));
  }

  private void requireAbsent(String key, boolean present) {
    if (present) {
      throw CofituneException.of(ErrorKind.RECIPE, key + " is not supported")
          .at(keys.place(key))
          .next("remove the line")
          .build();
    }
  }

  private CofituneException onlyFor(String key, OutputType type) {
    return CofituneException.of(ErrorKind.RECIPE, key + " has no meaning here")
        .at(keys.place(key))
        .expected("output_type " + type.text())
        .next("remove the line")
        .build();
  }
}
