/**
 * Hides from the planner how long the lists are that a statement is given, so that it finds one plan as good as one made
 * anew for these very values, and keeps it: to plan a statement that looks up many things takes longer than to run it.
 */
export function ofAnyLength(text: string): string {
  return text.replace(/\$(\d+)::(\w+)\[\]/g, 'ARRAY(SELECT unnest($$$1::$2[]))')
}
