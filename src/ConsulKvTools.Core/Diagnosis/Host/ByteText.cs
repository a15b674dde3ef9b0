using System.Globalization;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>A number of bytes as people read it.</summary>
internal static class ByteText
{
    /// <summary><c>1 byte</c>, <c>12.3 MiB</c>, <c>1.5 GiB</c>.</summary>
    public static string Of(long bytes) => bytes switch
    {
        < 1024 => Amount.Of(bytes, "byte"),
        < 1024 * 1024 => string.Format(CultureInfo.InvariantCulture, "{0:0.#} KiB", bytes / 1024d),
        < 1024 * 1024 * 1024 => string.Format(CultureInfo.InvariantCulture, "{0:0.#} MiB", bytes / (1024d * 1024)),
        _ => string.Format(CultureInfo.InvariantCulture, "{0:0.#} GiB", bytes / (1024d * 1024 * 1024)),
    };
}
