using System.Security.Cryptography;
using ConsulKvTools.Files;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Kv.Moves;

/// <summary>A file that is written beside its place, for this user alone, and put there in one step when it is whole and on the disk.</summary>
internal sealed class FileInPlace : IDisposable
{
    private readonly string place;
    private readonly FileStream file;
    private readonly HashAlgorithm hash = SHA256.Create();
    private readonly CryptoStream hashed;
    private bool isDone;

    /// <summary>Begins a file.</summary>
    /// <param name="place">Where it is to stand, as a full path; its folder has to exist.</param>
    /// <exception cref="IOException">It cannot be made there.</exception>
    public FileInPlace(string place)
    {
        this.place = place;
        Beside = WholeFile.Beside(place);
        file = PrivateFile.Create(Beside);
        hashed = new CryptoStream(file, hash, CryptoStreamMode.Write);
    }

    /// <summary>Where it is until then.</summary>
    public string Beside { get; }

    /// <summary>What is written to it.</summary>
    public Stream Stream => hashed;

    /// <summary>Puts it in its place.</summary>
    /// <returns>The SHA-256 of its bytes.</returns>
    public string Commit()
    {
        hashed.FlushFinalBlock();
        file.Flush(flushToDisk: true);
        file.Dispose();
        WholeFile.Replace(Beside, place);
        isDone = true;
        return Hexadecimal.Of(hash.Hash!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            file.Dispose();
        }
        catch (IOException) when (!isDone)
        {
            // What was held back does not fit on the disk either; the file goes all the same.
        }
        hash.Dispose();
        if (!isDone) File.Delete(Beside);
    }
}
