package org.cofitune.importance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.DiskFault;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.MappedTensors;
import org.cofitune.store.SafetensorsHeader;
import org.cofitune.store.SafetensorsWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An unfinished measurement on disk: the sums in float64, and how many rows they are of. The file
 * is replaced as a whole.
 *
 * @param file hidden beside the folder of the finished measurement
 * @param identity of everything that the sums depend on
 * @param precision that they are computed in
 */
record PartialImportance(Path file, Fingerprint identity, Precision precision) {
  private static final Logger log = LoggerFactory.getLogger(PartialImportance.class);
  private static final String PRECISION = "precision";
  private static final String IDENTITY = "identity";
  private static final String ROWS = "rows";
  private static final String TOKENS = "tokens";
  private static final String DIVERGENCE = "divergence";
  private static final String CHECKSUM = "sums_sha256";

  static PartialImportance beside(Path folder, Fingerprint identity, Precision precision) {
    return new PartialImportance(fileBeside(folder), identity, precision);
  }

  /** The precision of what an unfinished measurement left, if there is one. */
  static Optional<Precision> precisionBeside(Path folder) {
    Path file = fileBeside(folder);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String name = SafetensorsHeader.read(file).metadata().get(PRECISION);
    return Arrays.stream(Precision.values()).filter(p -> p.name().equals(name)).findFirst();
  }

  private static Path fileBeside(Path folder) {
    return folder.resolveSibling("." + folder.getFileName() + ".partial.safetensors");
  }

  void save(ImportanceSums sums) {
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (UnitKind kind : UnitKind.values()) {
        UnitValues gradients = sums.gradients();
        tensors.put(
            kind.word(),
            HostTensors.ofDoubles(gradients.flat(kind), gradients.layers(), gradients.units(kind)));
      }
      SafetensorsWriter.write(
          file,
          tensors,
          Map.of(
              IDENTITY, identity.sha256(),
              PRECISION, precision.name(),
              ROWS, Integer.toString(sums.rows()),
              TOKENS, Long.toString(sums.tokens()),
              DIVERGENCE, Double.toString(sums.divergence()),
              CHECKSUM, checksum(sums)));
    }
  }

  /** Of everything that a measurement goes on from. */
  private static String checksum(ImportanceSums sums) {
    StringBuilder text =
        new StringBuilder("%d %d %s".formatted(sums.rows(), sums.tokens(), sums.divergence()));
    for (UnitKind kind : UnitKind.values()) {
      text.append('\n').append(Arrays.toString(sums.gradients().flat(kind)));
    }
    return Fingerprint.ofText(text.toString()).sha256();
  }

  private void requireUndamaged(ImportanceSums sums, String expected) {
    String found = checksum(sums);
    if (!found.equals(expected)) {
      throw CofituneException.of(ErrorKind.FORMAT, "file is damaged")
          .at(file)
          .expected("sums of SHA-256 " + expected)
          .found(found)
          .next("remove it to measure from the beginning")
          .build();
    }
  }

  /** What an earlier measurement of the same identity left; empty if there is none. */
  Optional<ImportanceSums> load() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (PointerScope scope = new PointerScope();
        MappedTensors stored = MappedTensors.open(file)) {
      Map<String, String> metadata = stored.header().metadata();
      if (!identity.sha256().equals(metadata.get(IDENTITY))) {
        log.warn("{} is of another measurement: this one begins anew", file);
        return Optional.empty();
      }
      Map<UnitKind, double[][]> values = new EnumMap<>(UnitKind.class);
      for (UnitKind kind : UnitKind.values()) {
        Tensor tensor = stored.get(kind.word());
        double[] flat = HostTensors.toDoubles(tensor);
        int units = Math.toIntExact(tensor.size(1));
        double[][] layers = new double[Math.toIntExact(tensor.size(0))][];
        Arrays.setAll(
            layers, layer -> Arrays.copyOfRange(flat, layer * units, (layer + 1) * units));
        values.put(kind, layers);
      }
      ImportanceSums sums =
          new ImportanceSums(
              new UnitValues(values),
              Double.parseDouble(metadata.get(DIVERGENCE)),
              Long.parseLong(metadata.get(TOKENS)),
              Integer.parseInt(metadata.get(ROWS)));
      requireUndamaged(sums, metadata.getOrDefault(CHECKSUM, "none"));
      return Optional.of(sums);
    }
  }

  /** Removes what an unfinished measurement left beside the folder of one that is finished. */
  static void removeBeside(Path folder) {
    Path file = fileBeside(folder);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }
}
