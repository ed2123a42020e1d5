package org.cofitune.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.search.Trial;
import org.cofitune.store.DiskFault;
import org.cofitune.store.JsonRecord;

/**
 * Reads {@code search/trials.jsonl} as it is: a search that goes on meanwhile may be writing its
 * last line, which is left alone.
 */
final class TrialLines {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private TrialLines() {}

  /**
   * The complete lines.
   *
   * @throws CofituneException of kind FORMAT naming the line that is no trial
   */
  static List<Trial> read(Path file) {
    List<Trial> trials = new ArrayList<>();
    try {
      String text = Files.readString(file);
      String complete = text.substring(0, text.lastIndexOf('\n') + 1);
      for (String line : complete.lines().toList()) {
        trials.add(JsonRecord.read(JSON, line, Trial.class));
      }
    } catch (JsonProcessingException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "not a trial")
          .at(file + ":" + (trials.size() + 1))
          .expected("one JSON object as a search writes it")
          .found(e.getOriginalMessage())
          .next("remove the line; the trial will run again")
          .cause(e)
          .build();
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
    return trials;
  }
}
