package org.cofitune.cli;

/** Where the launcher enters. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(new Cofitune(Console.ofThisProcess()).run(args));
  }
}
