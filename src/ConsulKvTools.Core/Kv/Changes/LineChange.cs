namespace ConsulKvTools.Kv.Changes;

/// <summary>Neighbouring lines that others take the place of.</summary>
/// <param name="OldLine">Where the old ones begin, from 0.</param>
/// <param name="Removed">How many go.</param>
/// <param name="NewLine">Where the new ones begin, from 0.</param>
/// <param name="Added">How many come.</param>
internal readonly record struct LineChange(int OldLine, int Removed, int NewLine, int Added);
