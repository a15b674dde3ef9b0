using System.Globalization;
using System.Security.Cryptography;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Kv.Moves;

/// <summary>What tells one file from any other that may stand in its place: its bytes, and when they were written, which a move does not change.</summary>
/// <param name="Sum">The SHA-256 of its bytes.</param>
/// <param name="Written">When they were written, in ticks of UTC.</param>
internal readonly record struct FileMark(string Sum, long Written)
{
    /// <summary>The mark of a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileMark Of(string path)
    {
        using var hash = SHA256.Create();
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Of(path, Hexadecimal.Of(hash.ComputeHash(file)));
    }

    /// <summary>The mark of a file whose hash is known.</summary>
    public static FileMark Of(string path, string sum) => new(sum, File.GetLastWriteTimeUtc(path).Ticks);

    /// <summary>The mark that <see cref="ToString"/> gave; null when it is none.</summary>
    public static FileMark? Read(string text) => text.Split(' ') is [var sum, var written] && long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) ? new FileMark(sum, ticks) : null;

    /// <inheritdoc/>
    public override string ToString() => string.Format(CultureInfo.InvariantCulture, "{0} {1}", Sum, Written);
}
