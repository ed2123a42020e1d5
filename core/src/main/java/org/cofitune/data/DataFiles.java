package org.cofitune.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * The files that a command's data paths stand for, in the order in which their rows come.
 *
 * <p>Paths count in the order given. A folder stands for its {@code .jsonl}, {@code .json}, and
 * {@code .ndjson} files by name, without sub-folders and hidden files. A {@code
 * train_data_config.json} of the CoFiTune authors stands for the files that it names, and brings
 * its split and length.
 *
 * @param files files of rows, at least one
 * @param evalFraction share of the rows to hold out, where a {@code train_data_config.json} says so
 * @param cutoffLen its {@code max_seq_len}; a recipe's own {@code cutoff_len} goes before it
 */
public record DataFiles(List<Path> files, OptionalDouble evalFraction, OptionalInt cutoffLen) {
  private static final List<String> ENDINGS = List.of(".jsonl", ".json", ".ndjson");

  public DataFiles {
    files = List.copyOf(files);
  }

  /**
   * Finds the files of some paths; they must exist, their rows are not read yet.
   *
   * @throws CofituneException of kind DATA where a path is missing, a folder has no file of rows,
   *     or a {@code train_data_config.json} is not as expected or not alone
   */
  public static DataFiles of(List<Path> paths) {
    if (paths.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "no data is given")
          .expected("at least one file or folder of rows")
          .build();
    }
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        files.addAll(filesOf(path));
      } else if (!Files.isRegularFile(path)) {
        throw RowFile.missing(path);
      } else if (TrainDataConfig.isOne(path)) {
        if (paths.size() > 1) {
          throw CofituneException.of(ErrorKind.DATA, "a train_data_config.json must stand alone")
              .at(path)
              .found(paths.size() + " data paths")
              .next("name the other files in its data_paths")
              .build();
        }
        return TrainDataConfig.read(path).dataFiles();
      } else {
        files.add(path);
      }
    }
    return new DataFiles(files, OptionalDouble.empty(), OptionalInt.empty());
  }

  private static List<Path> filesOf(Path folder) {
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files =
          entries
              .filter(path -> isRowFile(path.getFileName().toString()) && Files.isRegularFile(path))
              .sorted()
              .toList();
    } catch (IOException e) {
      throw RowFile.unreadable(folder, e);
    }
    if (files.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "folder has no file of rows")
          .at(folder)
          .expected("files that end in " + String.join(", ", ENDINGS))
          .next("name the files themselves if they end otherwise")
          .build();
    }
    return files;
  }

  private static boolean isRowFile(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && ENDINGS.stream().anyMatch(lower::endsWith);
  }
}
