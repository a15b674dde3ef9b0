using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace ConsulKvTools;

/// <summary>A token or password that no view, serializer or string shows.</summary>
public sealed class ConsulSecret
{
    private readonly string text;
    private string? fingerprint;

    /// <summary>Keeps <paramref name="text"/> out of sight.</summary>
    public ConsulSecret(string text) => this.text = text;

    /// <summary>Keeps what <paramref name="secure"/> holds.</summary>
    public ConsulSecret(SecureString secure)
    {
        var pointer = Marshal.SecureStringToGlobalAllocUnicode(secure);
        try
        {
            text = Marshal.PtrToStringUni(pointer, secure.Length);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(pointer);
        }
    }

    /// <summary>The last four hexadecimal digits of the secret's SHA-256: enough to tell two tokens apart, useless for anything else.</summary>
    public string Fingerprint => fingerprint ??= Hash(text);

    internal string Reveal() => text;

    /// <summary>Never the secret.</summary>
    public override string ToString() => "sha256:…" + Fingerprint;

    private static string Hash(string text)
    {
        using var sha = SHA256.Create();
        var hash = sha.ComputeHash(Encoding.UTF8.GetBytes(text));
        return hash[hash.Length - 2].ToString("x2", null) + hash[hash.Length - 1].ToString("x2", null);
    }
}
