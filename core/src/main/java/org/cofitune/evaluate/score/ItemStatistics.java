package org.cofitune.evaluate.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What every item contributed to a task's primary metric, so that two score cards can be compared
 * item by item without anything else. Numbers stand in one line, separated by blanks.
 *
 * @param docIds row numbers of the items
 * @param columns the metric's statistics, one text for each place of the vector
 */
public record ItemStatistics(String docIds, List<String> columns) {
  public ItemStatistics {
    columns = List.copyOf(columns);
  }

  /** From [items][width]. */
  static ItemStatistics of(List<Integer> docIds, double[][] items) {
    List<String> columns = new ArrayList<>();
    for (int column = 0; column < items[0].length; column++) {
      int place = column;
      columns.add(
          Arrays.stream(items).map(item -> shortest(item[place])).collect(Collectors.joining(" ")));
    }
    return new ItemStatistics(
        docIds.stream().map(String::valueOf).collect(Collectors.joining(" ")), columns);
  }

  /** As [items][width]. */
  double[][] items() {
    double[][] items = new double[docIds.split(" ", -1).length][columns.size()];
    for (int column = 0; column < columns.size(); column++) {
      String[] numbers = columns.get(column).split(" ", -1);
      if (numbers.length != items.length) {
        throw new NumberFormatException(numbers.length + " numbers for " + items.length + " items");
      }
      for (int item = 0; item < items.length; item++) {
        items[item][column] = Double.parseDouble(numbers[item]);
      }
    }
    return items;
  }

  private static String shortest(double number) {
    String text = Double.toString(number);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
