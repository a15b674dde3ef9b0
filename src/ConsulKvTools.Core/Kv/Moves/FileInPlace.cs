using System.Security.Cryptography;
using ConsulKvTools.Files;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Kv.Moves;

/// <summary>
/// A file that is written beside its place, for this user alone, and put there in one step when it is whole and on the disk. Where a link leads to the place, it is
/// beside the link's end: a move to another file system is no single step. A device or a pipe is written to as it stands.
/// </summary>
internal sealed class FileInPlace : IDisposable
{
    private readonly string place;
    private readonly bool noClobber;
    private readonly string? beside;
    private readonly FileStream file;
    private readonly HashAlgorithm hash = SHA256.Create();
    private readonly CryptoStream hashed;
    private bool isSealed;
    private bool isDone;

    /// <summary>Begins a file.</summary>
    /// <param name="place">Where it is to stand, as a full path; its folder has to exist.</param>
    /// <param name="noClobber">True when a file that stands there by the end stays.</param>
    /// <exception cref="IOException">It cannot be made there.</exception>
    public FileInPlace(string place, bool noClobber = false)
    {
        this.place = WholeFile.Place(place);
        this.noClobber = noClobber;
        file = WholeFile.OpenDevice(this.place) ?? PrivateFile.Create(beside = WholeFile.Beside(this.place));
        hashed = new CryptoStream(file, hash, CryptoStreamMode.Write);
    }

    /// <summary>What is written to it.</summary>
    public Stream Stream => hashed;

    /// <summary>Where it is until it is put in its place; null where it is written to as it stands.</summary>
    public string? Beside => beside;

    /// <summary>Ends it where it is, whole and on the disk. Nothing is written to it any more.</summary>
    /// <returns>The SHA-256 of its bytes.</returns>
    public string Seal()
    {
        if (!isSealed)
        {
            hashed.FlushFinalBlock();
            file.Flush(flushToDisk: true);
            file.Dispose();
            isSealed = true;
        }
        return Hexadecimal.Of(hash.Hash!);
    }

    /// <summary>Puts it in its place.</summary>
    /// <returns>The SHA-256 of its bytes.</returns>
    public string Commit()
    {
        var sum = Seal();
        if (beside is not null) WholeFile.Replace(beside, place, noClobber);
        isDone = true;
        return sum;
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
        if (!isDone && beside is not null) File.Delete(beside);
    }
}
