package org.cofitune.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * The shapes of rows, named as LLaMA-Factory and Hugging Face name them. Keys beyond the named ones
 * are ignored.
 */
public enum RowFormat {
  /** {@code input_ids} and {@code labels}, made by another tool. */
  PRE_TOKENIZED("input_ids") {
    @Override
    Row read(Fields row) {
      return PreTokenizedRows.read(row);
    }
  },
  /** {@code messages}: {@code [{"role", "content"}]}, as OpenAI and Hugging Face write them. */
  MESSAGES("messages") {
    @Override
    Row read(Fields row) {
      return MessagesRows.read(row);
    }
  },
  /** {@code conversations}: {@code [{"from", "value"}]}. */
  SHAREGPT("conversations") {
    @Override
    Row read(Fields row) {
      return ShareGptRows.read(row);
    }
  },
  /** {@code instruction}, {@code input}, {@code output}, and {@code system}, {@code history}. */
  ALPACA("instruction") {
    @Override
    Row read(Fields row) {
      return AlpacaRows.read(row);
    }
  },
  /** {@code text}: raw text. Last, because Alpaca files may carry the rendered text too. */
  TEXT("text") {
    @Override
    Row read(Fields row) {
      return TextRow.read(row);
    }
  };

  private final String key;

  RowFormat(String key) {
    this.key = key;
  }

  /** The key that a row of this format is known by. */
  public String key() {
    return key;
  }

  abstract Row read(Fields row);

  /**
   * The format of a file by its first row: the first constant whose key the row has.
   *
   * @throws CofituneException of kind DATA where no format fits
   */
  static RowFormat of(JsonRow row) {
    for (RowFormat format : values()) {
      if (row.object().has(format.key)) {
        return format;
      }
    }
    List<String> keys = new ArrayList<>();
    for (RowFormat format : values()) {
      keys.add("\"" + format.key + "\"");
    }
    throw CofituneException.of(ErrorKind.DATA, "row has no known format")
        .at(row.source())
        .expected("one of the keys " + String.join(", ", keys))
        .found(new Fields(row).keys())
        .next("rename the keys: instruction, input, output is the simplest format")
        .build();
  }

  /**
   * Reads a row of a file of this format.
   *
   * @throws CofituneException of kind DATA where the row has another format or is not as its format
   *     wants it
   */
  Row read(JsonRow row) {
    ObjectNode object = row.object();
    if (!object.has(key)) {
      for (RowFormat other : values()) {
        if (object.has(other.key)) {
          throw CofituneException.of(ErrorKind.DATA, "row has another format than the file's first")
              .at(row.source())
              .expected("\"" + key + "\"")
              .found(new Fields(row).keys())
              .next("give each format a file of its own")
              .build();
        }
      }
    }
    return read(new Fields(row));
  }
}
