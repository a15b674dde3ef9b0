namespace ConsulKvTools.Kv.Comparison;

/// <summary>What people see where a value has nothing to show: an empty one, bytes that are no text, and none at all look alike otherwise.</summary>
internal static class ValuePlaceholder
{
    /// <summary>What stands for a key that is not there.</summary>
    public const string Absent = "(not there)";

    /// <summary>What stands for a key of which nobody knows whether it is there.</summary>
    public const string Unknown = "(not readable)";

    /// <summary>What is shown instead of the value; null where the value itself is.</summary>
    /// <param name="value">The text; null when it is none, or nothing is there.</param>
    /// <param name="size">Its bytes; null when nothing is there.</param>
    /// <param name="isUnknown">True when it may be there all the same.</param>
    public static string? Of(string? value, int? size, bool isUnknown) => size switch
    {
        null => isUnknown ? Unknown : Absent,
        0 => "(empty)",
        { } bytes => value is null ? $"(binary, {Amount.Of(bytes, "byte")})" : null,
    };
}
