package org.cofitune.quickstart;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.DiskFault;
import org.cofitune.store.RunLock;

/**
 * Everything that a quickstart begins from, in one folder that people can look at: the bundled
 * model, rows of the new domain, rows of the old abilities, questions, and a recipe for each rival.
 *
 * <pre>{@code
 * try (RunLock lock = QuickstartFolder.claim(path)) {
 *   QuickstartFolder folder = QuickstartFolder.prepare(path, 42);
 *   PipelineRun.prepare(Recipe.ofFile(folder.recipe(Rival.COFITUNE)));
 * }
 * }</pre>
 *
 * @param path of the folder
 */
public record QuickstartFolder(Path path) {
  private static final int DOMAIN_ROWS = 700;
  private static final int GENERAL_ROWS = 60;
  private static final int QUESTIONS = 60;
  private static final int DOMAIN_QUESTIONS = 120;

  /** Tests ask the same questions whatever the seed of a run. */
  private static final long QUESTION_SEED = 7;

  /**
   * Takes a folder for this process: another quickstart, with another seed, would replace the rows
   * of the one that is at work.
   *
   * @throws CofituneException of kind RECIPE if the folder holds something else, or another process
   *     has it
   */
  public static RunLock claim(Path path) {
    new QuickstartFolder(path).requireOurs();
    return RunLock.acquire(path);
  }

  /**
   * Writes the files, or those of them that are missing or differ.
   *
   * @param seed of the rows, and of the trainings
   * @throws CofituneException of kind TRAINING if the disk refuses
   */
  public static QuickstartFolder prepare(Path path, long seed) {
    QuickstartFolder folder = new QuickstartFolder(path);
    for (Rival rival : Rival.values()) {
      write(folder.recipe(rival), RecipeText.of(rival, folder, seed));
    }
    BundledModel.unpack(folder.model());
    folder.writeRows(seed);
    folder.writeQuestions(Part.DEV, folder.devTasks());
    folder.writeQuestions(Part.TEST, folder.testTasks());
    return folder;
  }

  private void requireOurs() {
    if (!Files.exists(path) || Files.exists(recipe(Rival.COFITUNE))) {
      return;
    }
    try (Stream<Path> entries = Files.list(path)) {
      if (entries.allMatch(entry -> entry.endsWith(RunLock.NAME))) {
        return;
      }
    } catch (IOException e) {
      throw DiskFault.reading(path, e);
    }
    throw CofituneException.of(ErrorKind.RECIPE, "the folder holds something else")
        .at(path)
        .expected("a new or empty folder, or one of an earlier quickstart")
        .found("other files")
        .next("name another folder with --out")
        .build();
  }

  private void writeRows(long seed) {
    Random random = new Random(seed);
    write(domainRows(), rows(Abilities.NEW.distinct(Part.TRAIN, DOMAIN_ROWS, random)));
    for (Ability ability : Abilities.OLD) {
      write(
          generalRows().resolve(ability.word() + ".jsonl"),
          rows(ability.distinct(Part.TRAIN, GENERAL_ROWS, random)));
    }
  }

  private void writeQuestions(Part part, Path file) {
    StringBuilder tasks = new StringBuilder();
    for (Ability ability : Abilities.all()) {
      int count = ability == Abilities.NEW ? DOMAIN_QUESTIONS : QUESTIONS;
      String rows = ability.word() + ".jsonl";
      List<Item> items = ability.distinct(part, count, new Random(QUESTION_SEED));
      write(file.resolveSibling(rows), questions(items));
      tasks.append(tasks.isEmpty() ? "" : "---\n").append(Asking.task(ability, rows));
    }
    write(file, tasks.toString());
  }

  private static String rows(List<Item> items) {
    return items.stream().map(item -> item.row() + "\n").collect(Collectors.joining());
  }

  private static String questions(List<Item> items) {
    return items.stream().map(item -> item.question() + "\n").collect(Collectors.joining());
  }

  private static void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A file that is as it should be is left alone. */
  static void write(Path file, byte[] bytes) {
    try {
      if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), bytes)) {
        return;
      }
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
    AtomicFile.write(file, bytes);
  }

  /** The recipe of a rival. */
  public Path recipe(Rival rival) {
    return path.resolve(rival.word() + ".yaml");
  }

  /** The folder of a rival's run. */
  public Path run(Rival rival) {
    return path.resolve(rival.word());
  }

  /** The bundled model. */
  public Path model() {
    return path.resolve("model");
  }

  /** Rows of the new domain. */
  public Path domainRows() {
    return path.resolve("data").resolve(Abilities.NEW.word() + ".jsonl");
  }

  /** Rows of what the model can do. */
  public Path generalRows() {
    return path.resolve("data").resolve("general");
  }

  /** Questions to choose settings by, such as a learning rate; no run asks them by itself. */
  public Path devTasks() {
    return path.resolve("dev").resolve("tasks.yaml");
  }

  /** Questions about everything, asked before and after. */
  public Path testTasks() {
    return path.resolve("test").resolve("tasks.yaml");
  }
}
