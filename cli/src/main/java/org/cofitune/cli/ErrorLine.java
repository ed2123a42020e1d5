package org.cofitune.cli;

import java.util.Set;
import java.util.TreeSet;
import org.cofitune.error.CofituneException;
import org.cofitune.error.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one line on standard error that a failed command ends with. */
final class ErrorLine {
  private static final String RED_BOLD = "\u001b[31;1m";
  private static final String RESET = "\u001b[0m";

  private static final int DEEPEST_CAUSE = 20;

  private final Console console;

  ErrorLine(Console console) {
    this.console = console;
  }

  /**
   * Prints a failure.
   *
   * @param trace whether the stack trace follows
   * @return the exit status that goes with it
   */
  int print(Throwable failure, boolean trace) {
    int status;
    if (failure instanceof CofituneException known) {
      line(String.valueOf(known.getMessage()));
      status = known.kind().exitStatus();
    } else if (failure instanceof OutOfMemoryError) {
      line(
          "out of memory: "
              + failure.getMessage()
              + "; lower per_device_train_batch_size or cutoff_len, or raise the Java heap with"
              + " COFITUNE_JAVA_OPTS=-Xmx4g");
      status = ExitStatus.TRAINING;
    } else {
      line(
          "unexpected "
              + failure
              + reason(failure)
              + (trace ? "" : "; this is a fault of cofitune: --debug shows where"));
      status = ExitStatus.FAULT;
    }
    if (trace) {
      failure.printStackTrace(console.err());
    }
    return status;
  }

  /** Prints what is wrong with a command line, the nearest valid words, and where help is. */
  void print(ParameterException failure) {
    StringBuilder text = new StringBuilder(lowerFirst(String.valueOf(failure.getMessage())));
    if (failure instanceof UnmatchedArgumentException unmatched) {
      NearestName.of(unmatched.getUnmatched().get(0), names(failure.getCommandLine()))
          .ifPresent(name -> text.append("; did you mean ").append(name).append('?'));
    }
    text.append("; see '")
        .append(failure.getCommandLine().getCommandSpec().qualifiedName())
        .append(" --help'");
    line(text.toString());
  }

  /** The first cause, where there is one: what is around it often says nothing. */
  private static String reason(Throwable failure) {
    Throwable first = failure;
    for (int depth = 0; depth < DEEPEST_CAUSE && first.getCause() != null; depth++) {
      first = first.getCause();
    }
    return first == failure ? "" : " because of " + first;
  }

  private void line(String text) {
    String label = console.colourErr() ? RED_BOLD + "error:" + RESET : "error:";
    console.err().println(label + " " + text.replaceAll("\\R", " "));
    console.err().flush();
  }

  private static Set<String> names(CommandLine line) {
    Set<String> names = new TreeSet<>(line.getSubcommands().keySet());
    names.addAll(line.getCommandSpec().optionsMap().keySet());
    return names;
  }

  private static String lowerFirst(String text) {
    return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }
}
