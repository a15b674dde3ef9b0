using System.Text;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Moves;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Kv.Documents;

/// <summary>A bad document is refused with its name, the line, the item and what is right.</summary>
public sealed class DocumentFaultTests
{
    public static TheoryData<ConsulKvFormat, string, string> Bad => new()
    {
        { ConsulKvFormat.Json, "", "line 1, item 1: it is empty" },
        { ConsulKvFormat.Json, "{}", "line 1, item 1: it is not a list" },
        { ConsulKvFormat.Json, "[\n\t{\n\t\t\"key\": \"a\",\n\t\t\"value\": \"MQ==\"\n\t},\n\t{\n\t\t\"key\": \"b\",\n\t\t\"value\": \"not base64\"\n\t}\n]", "line 6, item 2: the value of b is not base64" },
        { ConsulKvFormat.Json, "[\n{\"key\": \"a\", \"value\": null},\n{\"value\": \"\"}\n]", "line 3, item 2: the item has no key" },
        { ConsulKvFormat.Json, "[\n{\"key\": \"a\", \"vlaue\": \"YQ==\"}\n]", "line 2, item 1: the item of a has no value, which an empty one has too: \"value\": \"\"" },
        { ConsulKvFormat.Json, "[\n{\"key\": \"a\",\n \"flags\": -1}]", "line 2, item 1: the flags of a are no whole number" },
        { ConsulKvFormat.Json, "[\n{\"key\": \"a\",\n \"value\": x}]", "line 3, item 1: the JSON breaks here" },
        { ConsulKvFormat.Json, "[\n{\"key\": \"a\", \"value\": \"\"}\n{\"key\": \"b\"}]", "line 3, item 2: element 1 is followed by neither a comma" },
        { ConsulKvFormat.Json, "[\n{\"key\": \"a\", \"value\": \"\"},\n{\"key\": \"b\", ", "line 3, item 2: the list ends in its middle, after 1 whole elements" },
        { ConsulKvFormat.Json, "[\n{\"key\": \"a\", \"key\": \"b\"}]", "line 2, item 1: \"key\" stands twice" },
        { ConsulKvFormat.Yaml, "a:\n  b: 1\n c: 2\n", "line 3:" },
        { ConsulKvFormat.Yaml, "a:\n  b:\n", "line 2: a/b is null" },
        { ConsulKvFormat.Yaml, "a: 1\na: 2\n", "line 2: the name 'a' stands twice" },
        { ConsulKvFormat.Yaml, "a: &x 1\nb: *x\n", "line 2: aliases" },
        { ConsulKvFormat.Yaml, "a: !!binary x-y\n", "line 1: a is !!binary, but" },
        { ConsulKvFormat.Yaml, "a: !vault x\n", "line 1: a has the tag !vault" },
        { ConsulKvFormat.Yaml, "a:\n  b: !vault [1]\n", "line 2: a/b has the tag !vault" },
        { ConsulKvFormat.Yaml, "a:\n  b: !Sub\n    c: x\n", "line 2: a/b has the tag !Sub" },
        { ConsulKvFormat.Yaml, "a: [1, !vault x]\n", "line 1: a has the tag !vault" },
        { ConsulKvFormat.Yaml, "a: [{b: !Ref x}]\n", "line 1: a/b has the tag !Ref" },
        { ConsulKvFormat.Yaml, "!top\na: 1\n", "line 1: the top has the tag !top" },
        { ConsulKvFormat.Yaml, "!Ref a: 1\n", "line 1: the name 'a' has the tag !Ref" },
        { ConsulKvFormat.Yaml, "- a\n", "line 1: the top is no mapping" },
        { ConsulKvFormat.Yaml, "a: 1\n---\nb: 2\n", "a second document begins" },
        { ConsulKvFormat.Properties, "a=1\nb=\\u00g1\n", "line 2: \\u is not followed" },
        { ConsulKvFormat.Properties, "a=1\n=x\n", "line 2: a value stands without a name" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_document_is_refused_with_the_place_and_what_is_right(ConsulKvFormat format, string text, string expected)
    {
        var refused = await Assert.ThrowsAsync<ConsulDocumentException>(() => DocumentText.ReadAsync(format, text));
        Assert.Equal("Document.Malformed", refused.Finding.Code);
        Assert.Contains("the document", refused.Finding.Title);
        Assert.Contains(expected, refused.Finding.Title);
        FaultMatrix.Add(FaultOrigin.Real, "a document with a mistake was read", refused.Finding.Code, "document refused", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_key_that_stands_twice_is_refused_with_both_places()
    {
        var refused = await Assert.ThrowsAsync<ConsulDocumentException>(() => DocumentText.ReadAsync(ConsulKvFormat.Json, "[\n{\"key\": \"b\", \"value\": \"\"},\n{\"key\": \"a\", \"value\": \"\"},\n{\"key\": \"b\", \"value\": \"\"}]"));
        Assert.Equal("Document.DuplicateKey", refused.Finding.Code);
        Assert.Contains("line 2 and line 4", refused.Finding.Title);
        FaultMatrix.Add(FaultOrigin.Real, "a document with a key that stands twice was read", refused.Finding.Code, "document refused", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_document_that_cannot_be_opened_is_no_empty_document()
    {
        foreach (var path in new[] { "/no/such/file.json", "/no/such/folder" })
            Assert.Equal("Document.Unreadable", (await Assert.ThrowsAsync<ConsulDocumentException>(() => DocumentText.ReadAsync(KvDocument.Open(path, null)))).Finding.Code);
        FaultMatrix.Add(FaultOrigin.Real, "a document was read that is not there", "Document.Unreadable", "document refused", TimeSpan.Zero);
    }

    [Fact]
    public void What_a_form_cannot_hold_is_refused_by_name()
    {
        foreach (var (form, entry) in new (Func<Stream, KvDocumentWriter>, ConsulKvEntry)[]
        {
            (stream => new YamlDocumentWriter(stream), DocumentText.Entry("a", "x", 1)), (stream => new PropertiesWriter(stream), DocumentText.Entry("a", "x", 1)),
            (stream => new PropertiesWriter(stream), DocumentText.Entry("a.b", "x")), (stream => new PropertiesWriter(stream), new ConsulKvEntry { Key = "a", Bytes = [0xff] }),
            (stream => new YamlDocumentWriter(stream), DocumentText.Entry("a//b", "x")),
        })
        {
            var refused = Assert.Throws<ConsulDocumentException>(() => DocumentText.Write(form, entry));
            Assert.Equal("Document.Unrepresentable", refused.Finding.Code);
            Assert.StartsWith(entry.Key + " cannot be exported", refused.Finding.Title);
        }
        FaultMatrix.Add(FaultOrigin.Real, "a key with flags was exported as YAML", "Document.Unrepresentable", "export refused", TimeSpan.Zero);
    }

    [Fact]
    public void Files_that_no_export_wrote_are_neither_overwritten_nor_taken_for_keys()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("README.md"), "mine");
        Assert.Equal("Document.NotWritten", Assert.Throws<ConsulDocumentException>(() => DocumentText.WriteFolder(folder.Path, entries: DocumentText.Entry("a", "1"))).Finding.Code);
        File.Delete(folder.At("README.md"));
        DocumentText.WriteFolder(folder.Path, entries: DocumentText.Entry("a", "1"));
        File.WriteAllText(folder.At("b"), "mine");
        Assert.Equal("Document.NotWritten", Assert.Throws<ConsulDocumentException>(() => DocumentText.WriteFolder(folder.Path, entries: DocumentText.Entry("b", "1"))).Finding.Code);
        Assert.Equal(("1", "mine"), (File.ReadAllText(folder.At("a")), File.ReadAllText(folder.At("b"))));
        Assert.False(File.Exists(folder.At(".consulkv-writing")));
        // An import took it in, so that it says what the key says: it is the export's from now on.
        DocumentText.WriteFolder(folder.Path, entries: [DocumentText.Entry("a", "1"), DocumentText.Entry("b", "mine", 3)]);
        Assert.Equal((3ul, "mine"), (FolderManifest.Read(folder.Path).Files["b"], File.ReadAllText(folder.At("b"))));
        DocumentText.WriteFolder(folder.Path, entries: DocumentText.Entry("a", "1"));
        Assert.False(File.Exists(folder.At("b")));
        FaultMatrix.Add(FaultOrigin.Real, "an export met a file that no export wrote", "Document.NotWritten", "export refused", TimeSpan.Zero);
    }

    [Fact]
    public void A_key_whose_file_the_system_would_refuse_is_named_before_the_first_file_is_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A key has fewer characters than a path there.");
        using var folder = new TemporaryFolder();
        DocumentText.WriteFolder(folder.Path, entries: DocumentText.Entry("a", "old"));
        var key = string.Join("/", Enumerable.Repeat(new string('k', 100), 60));
        var refused = Assert.Throws<ConsulDocumentException>(() => DocumentText.WriteFolder(folder.Path, entries: [DocumentText.Entry("a", "new"), DocumentText.Entry(key, "1")])).Finding;
        Assert.Equal("Document.Unrepresentable", refused.Code);
        Assert.Contains(OperatingSystem.IsMacOS() ? "takes 1,023" : "takes 4,095", refused.Title);
        Assert.StartsWith("kkk", refused.Title);
        Assert.Equal("old", File.ReadAllText(folder.At("a")));
        // And where there was nothing, there is nothing.
        Assert.Throws<ConsulDocumentException>(() => DocumentText.WriteFolder(folder.At("new"), entries: DocumentText.Entry(key, "1")));
        Assert.False(Directory.Exists(folder.At("new")));
        // The longest that fits is written and read.
        var fits = string.Join("/", Enumerable.Repeat(new string('k', 99), 30));
        if (!OperatingSystem.IsMacOS()) DocumentText.WriteFolder(folder.At("fits"), entries: DocumentText.Entry(fits, "1"));
    }

    [Fact]
    public async Task A_folder_whose_export_did_not_end_is_read_by_nobody_and_mended_by_the_next_export()
    {
        using var folder = new TemporaryFolder();
        DocumentText.WriteFolder(folder.Path, entries: [DocumentText.Entry("a", "1"), DocumentText.Entry("b", "2")]);
        // As after a kill: what was being written is named, and some of it is there.
        File.WriteAllText(folder.At(".consulkv-writing"), "0\ta\n0\tb\n0\tc\n");
        File.WriteAllText(folder.At("c"), "half");
        Assert.Equal("Document.Malformed", (await Assert.ThrowsAsync<ConsulDocumentException>(() => DocumentText.ReadAsync(KvDocument.Open(folder.Path, null)))).Finding.Code);
        DocumentText.WriteFolder(folder.Path, entries: DocumentText.Entry("b", "2"));
        Assert.Equal(["b"], (await DocumentText.ReadAsync(KvDocument.Open(folder.Path, null))).Select(entry => entry.Key));
        Assert.False(File.Exists(folder.At("c")) || File.Exists(folder.At("a")) || File.Exists(folder.At(".consulkv-writing")));
    }

    [Fact]
    public async Task A_link_in_a_folder_is_not_followed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At(".outside"), "secret");
        File.CreateSymbolicLink(folder.At("a"), folder.At(".outside"));
        Assert.Contains("it is a link", (await Assert.ThrowsAsync<ConsulDocumentException>(() => DocumentText.ReadAsync(KvDocument.Open(folder.Path, null)))).Finding.Title);
    }

    [Fact]
    public async Task The_usual_tags_mean_what_they_say() =>
        Assert.Equal(["a 0 MQ==", "b 0 WzEsMl0=", "c/d 0 eA=="], DocumentText.Rows(await DocumentText.ReadAsync(ConsulKvFormat.Yaml, "a: !!int 1\nb: !!seq [1, 2]\nc: !!map\n  !!str d: ! x\n")));

    [Theory]
    [InlineData("a")]
    [InlineData("b/c")]
    [InlineData("b")]
    [InlineData(".consulkv")]
    [InlineData(".consulkv-writing")]
    [InlineData(".gitattributes")]
    public void Nothing_is_written_through_a_link(string name)
    {
        using var outside = new TemporaryFolder();
        foreach (var isThere in new[] { true, false })
        {
            using var folder = new TemporaryFolder();
            DocumentText.WriteFolder(folder.Path, entries: [DocumentText.Entry("a", "1"), DocumentText.Entry("b/c", "1"), DocumentText.Entry("d", "1")]);
            var (place, target) = (folder.At(name), outside.At("target"));
            if (Directory.Exists(place))
            {
                Directory.Delete(place, recursive: true);
                if (isThere) Directory.CreateDirectory(target);
                Directory.CreateSymbolicLink(place, target);
            }
            else
            {
                File.Delete(place);
                if (isThere) File.WriteAllText(target, "precious");
                File.CreateSymbolicLink(place, target);
            }
            foreach (var entries in new ConsulKvEntry[][] { [DocumentText.Entry("a", "2"), DocumentText.Entry("b/c", "2")], [DocumentText.Entry("a", "2"), DocumentText.Entry("b/x", "2")] })
            {
                if (name == "b/c" && entries[1].Key == "b/x") continue;
                var refused = Assert.Throws<ConsulDocumentException>(() => DocumentText.WriteFolder(folder.Path, force: true, entries)).Finding;
                Assert.Equal(("Document.NotWritten", true), (refused.Code, refused.Title.Contains("it is a link")));
            }
            // Nothing else was touched either.
            Assert.Equal("1", File.ReadAllText(folder.At("d")));
            Assert.Equal(isThere, File.Exists(target) || Directory.Exists(target));
            if (File.Exists(target)) Assert.Equal("precious", File.ReadAllText(target));
            if (Directory.Exists(target)) Directory.Delete(target);
            File.Delete(target);
        }
    }

    [Fact]
    public void What_stands_in_a_keys_way_is_named_before_the_first_file_is_touched()
    {
        foreach (var (stranger, key) in new[] { ("b/notes.txt", "b"), ("b/.hidden", "b"), ("c", "c/x"), ("e/f", "e") })
        {
            using var folder = new TemporaryFolder();
            DocumentText.WriteFolder(folder.Path, entries: [DocumentText.Entry("a", "1"), DocumentText.Entry("gone", "1"), DocumentText.Entry("e/old", "1")]);
            Directory.CreateDirectory(Path.GetDirectoryName(folder.At(stranger))!);
            File.WriteAllText(folder.At(stranger), "mine");
            var refused = Assert.Throws<ConsulDocumentException>(() => DocumentText.WriteFolder(folder.Path, force: true, [DocumentText.Entry("a", "2"), DocumentText.Entry(key, "2")])).Finding;
            Assert.Contains("move it away", refused.Title);
            Assert.Equal(("1", true, "mine"), (File.ReadAllText(folder.At("a")), File.Exists(folder.At("gone")), File.ReadAllText(folder.At(stranger))));
            Assert.False(File.Exists(folder.At(".consulkv-writing")));
        }
        // What an export wrote itself is in nobody's way.
        using var own = new TemporaryFolder();
        DocumentText.WriteFolder(own.Path, entries: [DocumentText.Entry("a/b/c", "1"), DocumentText.Entry("d", "1")]);
        DocumentText.WriteFolder(own.Path, entries: [DocumentText.Entry("a", "1"), DocumentText.Entry("d/e", "1")]);
        Assert.Equal(("1", "1"), (File.ReadAllText(own.At("a")), File.ReadAllText(own.At("d/e"))));
    }

    [Fact]
    public void A_file_behind_a_link_is_replaced_beside_itself()
    {
        using var folder = new TemporaryFolder();
        using var elsewhere = new TemporaryFolder();
        File.WriteAllText(elsewhere.At("real"), "old");
        File.CreateSymbolicLink(folder.At("link"), elsewhere.At("real"));
        using (var file = new FileInPlace(folder.At("link")))
        {
            file.Stream.Write("new"u8);
            // A move from one file system to another would copy over the old file, and may fail half way.
            Assert.Equal((1, 2), (Directory.GetFiles(folder.Path).Length, Directory.GetFiles(elsewhere.Path).Length));
            file.Commit();
        }
        Assert.Equal(("new", elsewhere.At("real")), (File.ReadAllText(elsewhere.At("real")), new FileInfo(folder.At("link")).LinkTarget));
        Assert.Single(Directory.GetFiles(elsewhere.Path));

        using (var late = new FileInPlace(folder.At("new"), noClobber: true))
        {
            File.WriteAllText(folder.At("new"), "theirs");
            Assert.Throws<IOException>(late.Commit);
        }
        Assert.Equal("theirs", File.ReadAllText(folder.At("new")));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public async Task A_pipe_or_a_device_is_written_to_and_not_replaced()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It takes mkfifo and /proc.");
        using var folder = new TemporaryFolder();
        System.Diagnostics.Process.Start("mkfifo", folder.At("pipe")).WaitForExit();
        var reader = Task.Run(() => File.ReadAllText(folder.At("pipe")));
        using (var file = new FileInPlace(folder.At("pipe")))
        {
            file.Stream.Write("text"u8);
            file.Commit();
        }
        Assert.Equal("text", await reader.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(folder.Path));

        // What /dev/stdout leads to where the output goes to a file.
        await using var output = new FileStream(folder.At("output"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        await output.WriteAsync("head "u8.ToArray(), TestContext.Current.CancellationToken);
        await output.FlushAsync(TestContext.Current.CancellationToken);
        using (var file = new FileInPlace($"/proc/self/fd/{output.SafeFileHandle.DangerousGetHandle()}"))
        {
            file.Stream.Write("text"u8);
            file.Commit();
        }
        output.Position = 0;
        Assert.Equal("head text", await new StreamReader(output).ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal("Document.NotWritten", Assert.Throws<ConsulDocumentException>(() => ImportJournal.Open("/proc/self/fd/0", "", "")).Finding.Code);
    }

    [Fact]
    public async Task A_byte_order_mark_is_skipped_and_utf16_is_named()
    {
        var text = "[{\"Key\": \"a\", \"Value\": \"MQ==\", \"Flags\": 3, \"namespace\": \"x\", \"partition\": \"y\", \"ModifyIndex\": 7}]";
        Assert.Equal(["a 3 MQ=="], DocumentText.Rows(await DocumentText.ReadAsync(ConsulKvFormat.Json, [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(text)])));
        Assert.Contains("UTF-16", (await Assert.ThrowsAsync<ConsulDocumentException>(() => DocumentText.ReadAsync(ConsulKvFormat.Json, [0xff, 0xfe, .. Encoding.Unicode.GetBytes(text)]))).Finding.Title);
    }
}
