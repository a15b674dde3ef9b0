using ConsulKvTools.Hygiene;

namespace ConsulKvTools.Tests.Hygiene;

public sealed class SearchedFilesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("searched");
    private readonly List<ConsulException> unreadable = [];

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("""[{"key":"app/db/password","flags":0,"value":"aHVudGVyMjI="},{"key":"app/x","flags":-1,"value":"MQ=="}]""")]
    [InlineData("""[{"key":"app/x","flags":0,"value":"MQ=="},{"key":"app/x","flags":0,"value":"MQ=="},{"key":"app/db/password","flags":0,"value":"aHVudGVyMjI="}]""")]
    [InlineData("""[{"key":"app/x","flags":0,"value":"%%"},{"key":"app/db/password","flags":0,"value":"aHVudGVyMjI="},{"key":1}]""")]
    [InlineData("""[{"key":"app/db/password","flags":0,"value":"aHVudGVyMjI="},{"key":"app/x","fla""")]
    public void Of_an_export_with_a_bad_item_every_other_is_searched_by_its_key(string export)
    {
        var found = Assert.Single(Search(Write("export.json", export)));
        Assert.Equal("app/db/password", found.Key);
    }

    [Fact]
    public void What_is_no_item_of_an_export_is_searched_where_it_stands()
    {
        var found = Search(Write("export.json", "[{\"key\":\"app/x\",\"flags\":0,\"value\":\"MQ==\"},\n{\"password\":\"hunter22\"}]"));
        Assert.Equal(2, Assert.Single(found).Line);
        Assert.Single(Search(Write("settings.json", """[{"key":"DB_PASSWORD","value":"hunter22"}]""")));
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_told_and_the_search_goes_on()
    {
        Write("a.properties", "password=hunter22");
        Write("z.properties", "password=hunter22");
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "m.conf"), Path.Combine(folder.FullName, "nowhere"));
        Assert.Equal(2, Search(folder.FullName).Count);
        Assert.Equal("Document.Unreadable", Assert.Single(unreadable).Finding.Code);
    }

    [Fact]
    public void Links_to_folders_are_not_followed_and_links_to_files_are()
    {
        var below = folder.CreateSubdirectory("below");
        File.WriteAllText(Path.Combine(below.FullName, "a.properties"), "password=hunter22");
        Directory.CreateSymbolicLink(Path.Combine(below.FullName, "up"), folder.FullName);
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "link.conf"), Path.Combine(below.FullName, "a.properties"));
        Assert.Equal(2, Search(folder.FullName).Count);
        Assert.Empty(unreadable);
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }

    private List<ConsulKvSecret> Search(string path)
    {
        var search = new SecretSearch(null, null, [], SecretConfidence.Low);
        return [.. SearchedFiles.Of(path, unreadable.Add, TestContext.Current.CancellationToken).SelectMany(value => search.In(value.Key, value.Value, null))];
    }
}
