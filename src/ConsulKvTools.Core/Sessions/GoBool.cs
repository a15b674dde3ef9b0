namespace ConsulKvTools.Sessions;

/// <summary>Truth values as Go's <c>strconv.ParseBool</c> reads them, which is how Consul reads its variables.</summary>
internal static class GoBool
{
    /// <summary>The value; null when Go cannot parse it.</summary>
    public static bool? Parse(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };
}
