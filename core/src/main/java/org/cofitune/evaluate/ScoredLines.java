package org.cofitune.evaluate;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.evaluate.task.Response;

/** Scores as text, to the last bit: a line for each request, a word for each of its texts. */
final class ScoredLines {
  private static final int PARTS = 3;

  private ScoredLines() {}

  static String write(List<List<Response.Scored>> requests) {
    StringBuilder text = new StringBuilder();
    for (List<Response.Scored> request : requests) {
      for (Response.Scored scored : request) {
        text.append(scored.logLikelihood())
            .append(',')
            .append(scored.tokens())
            .append(',')
            .append(scored.greedy())
            .append(' ');
      }
      text.append('\n');
    }
    return text.toString();
  }

  static List<List<Response.Scored>> read(String text) {
    List<List<Response.Scored>> requests = new ArrayList<>();
    for (String line : text.lines().toList()) {
      List<Response.Scored> request = new ArrayList<>();
      for (String word : line.strip().split(" ", -1)) {
        String[] parts = word.split(",", PARTS);
        request.add(
            new Response.Scored(
                Double.parseDouble(parts[0]),
                Integer.parseInt(parts[1]),
                Boolean.parseBoolean(parts[2])));
      }
      requests.add(request);
    }
    return requests;
  }
}
