using System.Security.Cryptography;
using System.Text;

namespace ConsulKvTools.Diagnosis.Reports.Secrets;

/// <summary>
/// Finds secrets in a text without knowing them: of each form only its length and two keyed hashes are kept, so a diagnosis that lives
/// on in a variable holds nothing that could be shown.
/// </summary>
internal sealed class SecretPrints
{
    private static readonly byte[] Key = Random(32);

    // Odd, so that no letter's weight vanishes.
    private static readonly ulong Base = BitConverter.ToUInt64(Random(8), 0) | 1;

    private readonly Dictionary<int, Dictionary<ulong, byte[]>> prints = [];

    /// <summary>Knows no secret.</summary>
    public static SecretPrints None { get; } = new([]);

    /// <summary>The prints of <paramref name="secrets"/> in every form.</summary>
    public SecretPrints(IEnumerable<string> secrets)
    {
        using var mac = new HMACSHA256(Key);
        foreach (var form in secrets.SelectMany(SecretForms.Of))
        {
            if (!prints.TryGetValue(form.Length, out var same)) prints.Add(form.Length, same = []);
            same[Roll(form, 0, form.Length)] = mac.ComputeHash(Encoding.UTF8.GetBytes(form));
        }
    }

    /// <summary>True when there is nothing to look for.</summary>
    public bool IsEmpty => prints.Count == 0;

    /// <summary>Where the first of the secrets begins in <paramref name="text"/>; -1 when none stands in it.</summary>
    public int Find(string text)
    {
        using var mac = new HMACSHA256(Key);
        var first = -1;
        foreach (var length in prints)
        {
            var index = Find(text, length.Key, length.Value, mac);
            if (index >= 0 && (first < 0 || index < first)) first = index;
        }
        return first;
    }

    private static int Find(string text, int length, Dictionary<ulong, byte[]> known, HMACSHA256 mac)
    {
        if (text.Length < length) return -1;
        var weight = 1UL;
        for (var i = 1; i < length; i++) weight = unchecked(weight * Base);
        var hash = Roll(text, 0, length);
        for (var index = 0; ; index++)
        {
            if (known.TryGetValue(hash, out var print) && mac.ComputeHash(Encoding.UTF8.GetBytes(text.Substring(index, length))).SequenceEqual(print)) return index;
            if (index + length == text.Length) return -1;
            hash = unchecked((hash - (text[index] + 1UL) * weight) * Base + text[index + length] + 1UL);
        }
    }

    private static ulong Roll(string text, int start, int length)
    {
        var hash = 0UL;
        for (var index = start; index < start + length; index++) hash = unchecked(hash * Base + text[index] + 1UL);
        return hash;
    }

    private static byte[] Random(int count)
    {
        var bytes = new byte[count];
        using var random = RandomNumberGenerator.Create();
        random.GetBytes(bytes);
        return bytes;
    }
}
