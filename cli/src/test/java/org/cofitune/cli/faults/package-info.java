/** Processes that are killed, disks that refuse, two at once: what commands leave then. */
package org.cofitune.cli.faults;
