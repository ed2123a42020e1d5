package org.cofitune.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.pipeline.RunEnd;
import org.cofitune.store.RunLock;
import org.jspecify.annotations.Nullable;

/**
 * Tells what runs have come to. Files that are unchanged are not read again; of a long log only the
 * end is. A damaged file is left out as one that is not there, so that no run hides the others.
 *
 * <pre>{@code
 * RunReader reader = new RunReader();
 * List<RunSummary> all = reader.summaries(RunsFolder.open(Path.of("runs")));
 * }</pre>
 */
public final class RunReader {
  private static final Set<String> NAMED = Set.of("model_name_or_path", "method", "region");
  private static final String SEARCHED = "search";
  private static final JsonNode NOTHING = JsonNodeFactory.instance.missingNode();

  private final FileMemory<JsonNode> json = new FileMemory<>(RunReader::object);
  private final FileMemory<JsonNode> scores = new FileMemory<>(RunReader::totals);
  private final FileMemory<LastEvents> events = new FileMemory<>(LastEvents::of);
  private final FileMemory<Map<String, String>> recipes = new FileMemory<>(RunReader::named);

  /** Every run of a folder, the one that something happened in last first. */
  public List<RunSummary> summaries(RunsFolder folder) {
    List<RunFolder> runs = folder.runs();
    Set<Path> paths = new HashSet<>();
    runs.forEach(run -> paths.add(run.path()));
    Stream.of(json, scores, events, recipes)
        .forEach(memory -> memory.keep(file -> isBelow(file, paths)));
    return runs.parallelStream()
        .map(this::summary)
        .sorted((one, two) -> Long.compare(two.changed(), one.changed()))
        .toList();
  }

  private static boolean isBelow(Path file, Set<Path> folders) {
    for (Path folder = file.getParent(); folder != null; folder = folder.getParent()) {
      if (folders.contains(folder)) {
        return true;
      }
    }
    return false;
  }

  /** A run, as it is now. */
  public RunSummary summary(RunFolder run) {
    RunDirectory files = run.directory();
    Optional<RunFile> log = run.events();
    Optional<RunFile> recipe = run.file(files.recipe());
    Map<String, String> settings = recipe.map(recipes::of).orElse(Map.of());
    LastEvents last = log.map(events::of).orElse(LastEvents.NONE);
    JsonNode card = run.file(files.scorecard()).map(scores::of).orElse(NOTHING);
    String command = command(run);
    boolean searches = last.step().isMissingNode();
    return new RunSummary(
        run.name(),
        command,
        settings.containsKey("model_name_or_path")
            ? lastPart(settings.get("model_name_or_path"))
            : null,
        settings.get("method"),
        region(run, command, settings),
        state(run, command, last),
        whole(last.step().path("step")),
        whole(last.step().path("total_steps")),
        real(last.step().path("loss")),
        real(last.eval().path("eval_loss")),
        real((searches ? last.trial() : last.step().path("speed")).path("seconds_left")),
        real(card.path("speciality")),
        real(card.path("versatility")),
        real(card.path("uni")),
        text(json(run, files.environment()).path("started")),
        log.or(() -> recipe).map(RunFile::modified).orElse(0L),
        run.report().isPresent());
  }

  private static String command(RunFolder run) {
    if (isDirectory(run.comparison().path())) {
      return "compare";
    }
    if (isDirectory(run.directory().stages())) {
      return "run";
    }
    return run.file(run.directory().searchSetting()).isPresent() ? "search" : "train";
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** What is trained; of a search, what it chose. */
  private @Nullable String region(RunFolder run, String command, Map<String, String> settings) {
    String asked = settings.get("region");
    if (!command.equals(SEARCHED) && !SEARCHED.equals(asked)) {
      return asked;
    }
    String chosen = text(json(run, run.directory().searchResult()).path("chosen"));
    return chosen == null ? asked : chosen;
  }

  private RunState state(RunFolder run, String command, LastEvents last) {
    return RunLock.owner(run.path())
        .map(RunState::of)
        .or(() -> end(run).map(RunState::of))
        .orElseGet(
            () ->
                RunState.unsaid(isComplete(run, command, last), last.name().equals("interrupted")));
  }

  private Optional<RunEnd> end(RunFolder run) {
    return json(run, run.directory().end()) instanceof ObjectNode end
        ? RunEnd.of(end)
        : Optional.empty();
  }

  /** Whether everything is there that the command ends with. */
  private boolean isComplete(RunFolder run, String command, LastEvents last) {
    RunDirectory files = run.directory();
    return switch (command) {
      case "compare" -> run.file(run.comparison().table("json")).isPresent();
      case "run" ->
          isDirectory(files.delta())
              && isRecorded(run, "training.json")
              && (run.file(files.scorecard()).isEmpty() || isRecorded(run, "scores.json"));
      case SEARCHED -> run.file(files.searchResult()).isPresent();
      default -> isDirectory(files.delta()) && last.name().equals("train_end");
    };
  }

  private boolean isRecorded(RunFolder run, String stage) {
    return json(run, run.directory().stages().resolve(stage)).path("complete").asBoolean();
  }

  private JsonNode json(RunFolder run, Path file) {
    return run.file(file).map(json::of).orElse(NOTHING);
  }

  private static JsonNode object(RunFile file) {
    try {
      return file.json();
    } catch (CofituneException e) {
      return NOTHING;
    }
  }

  /** Of a score card, which may be long, the totals alone. */
  private static JsonNode totals(RunFile file) {
    ObjectNode totals = JsonNodeFactory.instance.objectNode();
    for (String name : List.of("speciality", "versatility", "uni")) {
      totals.set(name, object(file).path(name).path("score"));
    }
    return totals;
  }

  private static Map<String, String> named(RunFile file) {
    Map<String, String> named = new TreeMap<>();
    RecipeLines.read(file.read()).stream()
        .filter(setting -> NAMED.contains(setting.key()))
        .forEach(setting -> named.put(setting.key(), setting.value()));
    return named;
  }

  private static String lastPart(String path) {
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  private static @Nullable Long whole(JsonNode value) {
    return value.isIntegralNumber() ? value.longValue() : null;
  }

  private static @Nullable Double real(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.doubleValue()) ? value.doubleValue() : null;
  }

  private static @Nullable String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : null;
  }
}
