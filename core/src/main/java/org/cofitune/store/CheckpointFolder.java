package org.cofitune.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * The folder of a checkpoint: finds files in it and follows no link out of it.
 *
 * <p>One layout is excepted because every Hugging Face cache has it: in {@code
 * <repo>/snapshots/<revision>/} files may be links into {@code <repo>/blobs/}.
 *
 * @param path as the user named it, for messages
 * @param real with all links resolved
 */
record CheckpointFolder(Path path, Path real) {
  static CheckpointFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw CofituneException.of(ErrorKind.FORMAT, "no such checkpoint folder")
          .at(path)
          .expected("a folder with config.json and *.safetensors")
          .found(Files.exists(path) ? "a file" : "nothing")
          .next("download the model first: hf download <organisation>/<name> --local-dir <folder>")
          .build();
    }
    try {
      return new CheckpointFolder(path, path.toRealPath());
    } catch (IOException e) {
      throw DiskFault.reading(path, e);
    }
  }

  /**
   * The file of that name, if it is there.
   *
   * @throws CofituneException if it is a link out of the folder or not a regular file
   */
  Optional<Path> find(String name) {
    Path file = path.resolve(name);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    Path target;
    try {
      target = file.toRealPath();
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
    if (!target.startsWith(real) && !isBlob(target)) {
      throw CofituneException.of(ErrorKind.FORMAT, "link leads out of the checkpoint")
          .at(file)
          .expected("a file in " + real)
          .found(target)
          .next("copy the file into the folder")
          .build();
    }
    if (!Files.isRegularFile(target)) {
      throw CofituneException.of(ErrorKind.FORMAT, "not a regular file")
          .at(file)
          .next("put the model's own file in its place")
          .build();
    }
    return Optional.of(file);
  }

  private boolean isBlob(Path target) {
    Path snapshots = real.getParent();
    return snapshots != null
        && snapshots.endsWith("snapshots")
        && snapshots.getParent() != null
        && target.startsWith(snapshots.getParent().resolve("blobs"));
  }

  /** The file of that name, or an error that lists what is there. */
  Path require(String name, String next) {
    return find(name)
        .orElseThrow(
            () ->
                CofituneException.of(ErrorKind.FORMAT, name + " is missing")
                    .at(path)
                    .expected(name)
                    .found(Excerpt.list(names()))
                    .next(next)
                    .build());
  }

  /** The names of everything in the folder, sorted. */
  List<String> names() {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw DiskFault.reading(path, e);
    }
  }
}
