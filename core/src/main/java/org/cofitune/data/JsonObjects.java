package org.cofitune.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.cofitune.error.CofituneException;

/** Every JSON object of a file, whatever its keys: JSON Lines or one array of objects. */
public final class JsonObjects {
  private JsonObjects() {}

  /**
   * Reads a file in its order.
   *
   * @param onRow gets every object
   * @param onBadRow gets every row that is none, unless nothing behind it can be read
   * @throws CofituneException of kind DATA where the file is missing, empty, or broken
   */
  public static void read(
      Path file,
      BiConsumer<RowSource, ObjectNode> onRow,
      BiConsumer<RowSource, CofituneException> onBadRow) {
    try (JsonRows rows = RowFile.open(file)) {
      while (true) {
        JsonRow row;
        try {
          row = rows.next();
        } catch (CofituneException e) {
          if (rows.broken()) {
            throw e;
          }
          onBadRow.accept(rows.place(), e);
          continue;
        }
        if (row == null) {
          return;
        }
        onRow.accept(row.source(), row.object());
      }
    } catch (IOException e) {
      throw RowFile.unreadable(file, e);
    }
  }
}
