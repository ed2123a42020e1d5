package org.cofitune.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Holds what a safetensors header says against the bytes that the file really has. */
final class HeaderLayout {
  private HeaderLayout() {}

  /**
   * Places tensors in their file.
   *
   * @param tensors with offsets counted from the end of the header
   * @param dataBegin where the header ends
   * @param dataBytes bytes of the file behind the header
   * @return the tensors in file order, with offsets counted from the start of the file
   */
  static List<TensorEntry> place(
      Path file, List<TensorEntry> tensors, long dataBegin, long dataBytes) {
    List<TensorEntry> sorted = new ArrayList<>(tensors);
    sorted.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
    List<TensorEntry> placed = new ArrayList<>(sorted.size());
    long covered = 0;
    for (TensorEntry tensor : sorted) {
      checkRange(file, tensor, dataBytes);
      checkSize(file, tensor);
      if (tensor.begin() != covered) {
        throw refused(
            file,
            tensor,
            tensor.begin() < covered ? "overlaps the tensor before it" : "leaves a hole before it",
            "data_offsets to begin at " + covered,
            tensor.begin());
      }
      covered = tensor.end();
      placed.add(
          new TensorEntry(
              tensor.name(),
              tensor.type(),
              tensor.shape(),
              dataBegin + tensor.begin(),
              dataBegin + tensor.end()));
    }
    if (covered != dataBytes) {
      throw CofituneException.of(ErrorKind.FORMAT, "safetensors file has bytes behind its tensors")
          .at(file)
          .expected((dataBegin + covered) + " bytes")
          .found(dataBegin + dataBytes)
          .next("download or write the file again")
          .build();
    }
    return placed;
  }

  private static void checkRange(Path file, TensorEntry tensor, long dataBytes) {
    if (tensor.end() < tensor.begin()) {
      throw refused(
          file,
          tensor,
          "ends before it begins",
          "data_offsets [begin, end] in order",
          "[" + tensor.begin() + ", " + tensor.end() + "]");
    }
    if (tensor.end() > dataBytes) {
      throw refused(
          file,
          tensor,
          "reaches behind the end of the file, which is truncated or has a wrong header",
          tensor.end() + " bytes of tensors",
          dataBytes);
    }
  }

  private static void checkSize(Path file, TensorEntry tensor) {
    long bytes;
    try {
      bytes = TensorSpec.bytes(tensor.type(), tensor.shape());
    } catch (ArithmeticException e) {
      throw refused(
          file, tensor, "has an impossible shape", "fewer than 2^63 bytes", tensor.shape());
    }
    if (bytes != tensor.bytes()) {
      throw refused(
          file,
          tensor,
          "has a size that contradicts its shape",
          bytes + " bytes for " + tensor.type() + " " + tensor.shape(),
          tensor.bytes() + " bytes");
    }
  }

  private static CofituneException refused(
      Path file, TensorEntry tensor, String what, Object expected, Object found) {
    return CofituneException.of(
            ErrorKind.FORMAT, "tensor " + Excerpt.quoted(tensor.name()) + " " + what)
        .at(file)
        .expected(expected)
        .found(found)
        .next("download or write the file again")
        .build();
  }
}
