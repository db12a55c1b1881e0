#include "accounts/common_passwords.hpp"

#include "accounts/password_variants.hpp"

#include <algorithm>
#include <vector>

namespace watchword::accounts {
namespace {

// Collected for this program. In lower case, without marks and digits: the rules find the variants.
constexpr std::string_view words[] = {
    // what people think a password is
    "password passwort passwd passw pass passphrase motdepasse contrasena contraseña clave senha parola haslo",
    "wachtwoord kennwort geheim secret secreto segredo login logon signin welcome willkommen bienvenue bienvenido",
    "benvenuto changeme changeit letmein letmeinnow openup opensesame sesame access accessdenied admin",
    "administrator administrador administrateur root toor user username guest test tester testing testtest temp",
    "temporary default master mastercard super superuser superman system sysadmin server database oracle mysql",
    "postgres computer internet network security secure private hello helloworld hellothere hallo hola bonjour ciao",
    "nihao goodbye goodmorning goodluck goodday thankyou please whatever nothing something anything everything",
    "unknown nopassword nopass mypassword mypass mysecret iforgot iforget forgotten forgot remember rememberme",
    "newpassword oldpassword passpass pwd pword letmepass trustnoone trustme trustno iamgod iamthebest imthebest",
    "thebest bestfriend friend friends forever always never today tomorrow yesterday monday tuesday wednesday",
    "thursday friday saturday sunday january february march april june july august september october november",
    "december spring summer autumn winter fall montag dienstag mittwoch donnerstag freitag samstag sonntag januar",
    "februar marz mai juni juli oktober dezember sommer herbst fruhling janvier fevrier avril juin juillet aout",
    "septembre octobre novembre decembre printemps ete automne hiver enero febrero marzo abril mayo junio julio",
    "agosto septiembre octubre noviembre diciembre primavera verano otono invierno",
    // keyboards
    "qwerty qwertz azerty qwert qwer asdf asdfg asdfgh zxcv zxcvb zxcvbn qweasd qweasdzxc asdzxc qazwsx qazwsxedc",
    "wsxedc zaq zaqwsx zaqxsw zaqxswcde xsw qwe asd zxc qaz wsx edc rfv tgb yhn ujm poiuytrewq lkjhgfdsa mnbvcxz",
    "poiu lkjh mnbv abc abcd abcde abcdef abcdefg abcdefgh aaa aaaa xxx xxxx qqq zzz qwaszx qwerasdf asdfjkl",
    "asdfasdf asdqwe zxcasd zxcasdqwe qwertyuiop asdfghjkl zxcvbnm qwertyu asdfghj nopq xyz one two three",
    "onetwothree onetwothreefour qqww qqwwee aabbcc aassdd wasd fuckyou",
    // love and family
    "love iloveyou iloveu ilovegod ilovejesus ilovemom ilovemum ilovedad ilovemyself ilovehim iloveher ilovelife",
    "loveme lovely lover lovers loveyou lovelove loveyourself lovehurts loverboy lovergirl mylove myheart mylife",
    "mybaby truelove firstlove endlesslove teamo teamomucho tequiero amor amore amour amormio miamor mivida cheri",
    "cherie jetaime tiamo ichliebedich schatz liebe heart hearts kiss kisses kissme hugs sweet sweetheart sweetie",
    "sweety sweetpea honey honeybee honeybunny baby babe babes babyboy babygirl babydoll babyface babylove boy girl",
    "boys girls boyfriend girlfriend husband wife mother father mommy mummy daddy mom dad mum papa mama mamma",
    "family sister brother brothers sisters son daughter grandma grandpa uncle auntie cousin wedding married",
    "marriage single foreverlove together angel angels angelito angeleyes darling beautiful beauty gorgeous cutie",
    "cutiepie pretty prettygirl princess princesa prinzessin prince principe queen king kings kingdom lady ladies",
    "missyou missy sexy sexygirl sexyboy sexylady hottie hotgirl hotboy playboy playgirl bigboy badboy badgirl",
    "goodboy goodgirl bitch bitches asshole fuck fucker fuckme fuckoff fuckit fuckthis motherfucker bullshit shit",
    "dick cock pussy boobs tits penis vagina sex sexsex lesbian gayboy porn xxxporn",
    // animals
    "monkey monkeys dragon dragons dragonball dragonfly tiger tigers tigger lion lions lionking panther panthers",
    "leopard cheetah bear bears teddybear teddy polarbear panda eagle eagles falcon falcons hawk hawks raven ravens",
    "phoenix bird birds parrot penguin dolphin dolphins shark sharks whale fish fishing goldfish turtle frog froggy",
    "snake python cobra viper spider scorpion butterfly bee ladybug cat cats kitty kitten kittycat pussycat gato",
    "gatito katze chat dog dogs doggy doggie puppy puppies perro hund chien bulldog bulldogs beagle poodle",
    "rottweiler husky horse horses pony stallion mustang unicorn pegasus cow bull bulls buffalo pig piglet piggy",
    "sheep goat rabbit bunny bunnies hamster mouse mickey mickeymouse minnie rat wolf wolves wolfpack werewolf fox",
    "foxes foxy chicken duck duckie donkey elephant giraffe zebra gorilla rhino hippo crocodile alligator dinosaur",
    "animal animals",
    // first names
    "michael michelle jennifer jessica ashley amanda daniel danielle andrew andrea anthony antonio nicole nicolas",
    "nicholas joshua matthew jordan justin robert roberto thomas tommy charlie charles charlotte george jorge",
    "william willie james jamie john johnny jonathan joseph jose josh david davide daniela christian christina",
    "christine christopher chris cristian cristina patrick patricia patrice richard ricardo rick ricky samuel",
    "samantha sammy sam steven stephen stephanie steve benjamin ben alexander alexandra alexandre alexandria",
    "alejandro alejandra alexis alex alexa brandon brian bryan brittany britney kevin kelly kimberly kim katherine",
    "kathryn katie kate karen karina carlos carla carolina caroline carol carmen cameron hannah heather helen holly",
    "isabel isabella isabelle ivan jack jackson jacob jake jacqueline jason jasmine jasper jeffrey jeff jeremy",
    "jerry jesse jessie jenny joanna joel julia julian juliana julie justine kyle laura lauren leonardo leo linda",
    "lindsay lisa logan lorena louis louise lucas lucy luis maria mariah mariana marie marina mario mark marco",
    "marcus martin martina martha mary matt max maxwell maximus megan melanie melissa mike miguel mitchell monica",
    "morgan natalie natasha nathan nathaniel nancy oliver olivia oscar pablo pamela paul paula peter pedro philip",
    "phillip rachel rafael raymond rebecca robin rodrigo roland ronald ronaldo rosa rose roxanne ruby russell ryan",
    "sabrina sandra sandy sara sarah scott sean sebastian sergio sharon shannon silvia simon sofia sophia sophie",
    "spencer stella susan suzanne sylvia taylor teresa theresa tiffany tim timothy tina todd tony travis tracy",
    "trevor tyler valentina valeria valerie vanessa veronica victor victoria vincent virginia vivian walter wendy",
    "xavier yvonne zachary adam adrian adriana aaron abigail albert alberto alice alicia alison allison amber amy",
    "ana anderson andre andres andy angela angelica angelina angie anna annie anne antoine arthur austin barbara",
    "beatriz bernard bernardo bianca billy bob bobby brenda bruno calvin carl casey cassie catherine cecilia",
    "chelsea cheryl chloe claire claudia claudio connor craig cynthia dakota dale damian dana danny darren deborah",
    "debbie denise dennis derek diana diane diego dominic dominique donald donna douglas duncan dustin dylan",
    "eduardo edward elena eleanor elizabeth ellen emily emma enrique eric erica erika erin ernesto esther ethan",
    "eugene eva evelyn fabian federico felipe felix fernanda fernando francesca francesco francisco francis frank",
    "frankie franco fred freddy frederic gabriel gabriela gabrielle gary gerald gerard gilbert gina gloria gordon",
    "grace graham greg gregory guillermo gustavo hector henry hugo ian ignacio irene jaime javier jean jeanne jimmy",
    "jim joan jochen juan juanita judith karl keith kenneth kenny kristen kristin kristina larry leah leslie liam",
    "lorenzo lori lukas maggie manuel manuela marcel marcelo margaret margarita mateo mathias mauricio melinda",
    "mercedes mia molly muhammad mohamed mohammed mustafa ahmed ali fatima omar hassan ibrahim yusuf mehmet ahmet",
    "ayse fatma neil nelson nikita nikolas noah norman olga pascal pauline philippe pierre priscilla ramon raul",
    "regina roger romeo juliet ronnie roy santiago stefan stefanie stefano susanne sven tamara tanya tatiana thiago",
    "ursula vladimir wayne wolfgang yolanda yuri zoe andreas anja birgit claus dieter florian franz fritz gunter",
    "hans heike heinz helga herbert horst ingrid jan jens joachim jorg jurgen kai katja katrin klaus lars manfred",
    "markus matthias monika petra ralf reiner sabine silke sascha stephan tanja tobias torsten ulrich uwe werner",
    "dmitri dmitry sergey sergei natalia natalya oksana alexey alexei andrei anastasia ekaterina tatyana svetlana",
    "irina pavel piotr pawel tomasz krzysztof agnieszka kasia kuba michal mateusz bartek lukasz marek magda ania",
    "natalka karolina",
    // sport
    "football soccer baseball basketball hockey tennis golf golfer swimming swimmer volleyball softball cricket",
    "rugby boxing wrestling running runner cycling skating skateboard snowboard surfing surfer karate judo kungfu",
    "ninja ninjas samurai futbol futebol fussball calcio arsenal liverpool manchester manutd manunited",
    "manchesterunited mancity everton tottenham westham newcastle astonvilla leeds celtic rangers barcelona barca",
    "realmadrid realmadri madrid valencia sevilla juventus inter intermilan acmilan milan napoli roma lazio bayern",
    "bayernmunchen dortmund borussia schalke werder ajax feyenoord psv benfica porto sporting flamengo corinthians",
    "palmeiras santos saopaulo gremio cruzeiro vasco bocajuniors riverplate colocolo america chivas pumas",
    "galatasaray fenerbahce besiktas yankees redsox cubs dodgers giants mets braves cardinals phillies lakers",
    "celtics knicks heat spurs rockets warriors cowboys steelers packers patriots broncos raiders chargers seahawks",
    "redskins niners fortyniners vikings saints colts jets bengals redwings bruins penguins flyers blackhawks",
    "mapleleafs canucks oilers flames senators longhorns wildcats gators huskers hoosiers buckeyes wolverines",
    "sooners volunteers tarheels messi neymar cristiano beckham maradona zidane kobe kobebryant lebron shaq",
    "tigerwoods nascar formula ferrari racing champion champions winner winners victory goal player gamer",
    // cars and brands
    "porsche bmw audi volkswagen lamborghini maserati bugatti bentley jaguar corvette camaro chevrolet chevy ford",
    "toyota honda nissan mazda subaru mitsubishi suzuki yamaha kawasaki ducati harley harleydavidson davidson",
    "hyundai renault peugeot citroen fiat alfaromeo opel skoda volvo saab jeep dodge cadillac lexus tesla apple",
    "iphone ipad macbook macintosh microsoft windows windowsxp google gmail yahoo hotmail facebook twitter",
    "instagram youtube linkedin myspace skype netflix spotify amazon ebay paypal nokia samsung samsunggalaxy",
    "motorola blackberry android sony playstation nintendo xbox gamecube gameboy dell lenovo thinkpad hewlett",
    "packard compaq toshiba intel pentium nvidia cisco linux ubuntu debian adobe photoshop cocacola pepsi pepsicola",
    "mountaindew redbull starbucks mcdonalds nike adidas puma gucci chanel prada versace armani marlboro budweiser",
    "heineken corona guinness jackdaniels smirnoff vodka whiskey tequila beer wine champagne",
    // games, films, books, music
    "pokemon pikachu charizard mewtwo supermario luigi zelda link sonic pacman tetris minecraft roblox fortnite",
    "warcraft worldofwarcraft starcraft diablo counterstrike counter strike halflife quake doom halo callofduty",
    "battlefield assassin assassins grandtheftauto skyrim fallout finalfantasy kingdomhearts metalgear runescape",
    "leagueoflegends dota valorant overwatch starwars skywalker lukeskywalker darthvader vader yoda jedi sith",
    "hansolo chewbacca chewie stormtrooper startrek spock enterprise kirk picard matrix neo trinity morpheus batman",
    "batgirl joker supergirl spiderman ironman captainamerica hulk thor wolverine xmen deadpool avengers avatar",
    "titanic terminator predator alien aliens robocop rocky rambo godfather scarface tonymontana jamesbond bond",
    "harrypotter harry potter hogwarts gryffindor slytherin voldemort hermione dumbledore lordoftherings gandalf",
    "frodo bilbo aragorn legolas gollum mordor hobbit twilight edwardcullen bella jacobblack naruto sasuke sakura",
    "kakashi itachi bleach ichigo onepiece luffy goku vegeta gohan saiyan dragonballz deathnote hellokitty snoopy",
    "garfield scooby scoobydoo scoobydo simpsons homer bart bartsimpson southpark cartman familyguy spongebob",
    "tweety sylvester bugsbunny daffyduck donaldduck goofy pluto disney cinderella snowwhite pinocchio peterpan",
    "tinkerbell winnie winniethepooh eeyore simba nemo shrek dora barney barbie lego transformers optimus metallica",
    "nirvana slipknot linkinpark korn pantera megadeth ironmaiden slayer acdc gunsnroses guns roses beatles",
    "rollingstones stones pinkfloyd ledzeppelin zeppelin doors deftones incubus blink greenday sublime tool",
    "rammstein nightwish evanescence coldplay radiohead oasis muse eminem slimshady tupac biggie snoopdogg",
    "fiftycent jayz kanye beyonce rihanna shakira madonna spears ladygaga michaeljackson elvis bobmarley marley",
    "justinbieber bieber onedirection jonasbrothers backstreet nsync spicegirls abba rbd rebelde mychemicalromance",
    "mcr music musica musical musicman guitar guitarra guitarman bass drums drummer piano violin trumpet saxophone",
    "rock rocknroll rockstar rocker hiphop rap rapper reggae metal heavymetal punk punkrock jazz techno dance",
    "dancer dancing singer singing",
    // food, colours, nature
    "chocolate cookie cookies cupcake cheesecake icecream candy candyman sugar sugarplum honeydew vanilla caramel",
    "cinnamon ginger pepper peppermint salt butter buttercup peanut peanutbutter cheese cheeseburger hamburger",
    "pizza pasta spaghetti lasagna taco tacos burrito banana bananas apples orange oranges lemon lime strawberry",
    "blueberry raspberry cherry cherries peach peaches grape grapes melon watermelon pineapple mango coconut papaya",
    "kiwi tomato potato carrot pumpkin pickle pickles onion garlic bacon sausage coffee tea milk water juice soda",
    "bubble bubbles bubblegum lollipop jelly jellybean jellybeans popcorn muffin waffle pancake donut noodle",
    "noodles sushi rice red blue green yellow black white purple pink brown silver gold golden grey gray violet",
    "indigo crimson scarlet rainbow diamond diamonds emerald sapphire crystal pearl jade opal platinum titanium",
    "iron steel copper blackie blackcat blackjack blackbird whitey whiteboy greeneyes blueeyes bluesky bluemoon",
    "redhead redrose sun sunny sunshine sunflower sunset sunrise moon moonlight moonbeam star stars starlight",
    "stardust starfish superstar sky skyline cloud clouds thunder lightning storm rain rainy snow snowball",
    "snowflake snowman ice iceman fire firefly fireball fireman flame ocean sea beach river lake mountain mountains",
    "island islands forest tree trees flower flowers daisy lily tulip orchid lavender rosebud rosemary garden",
    "nature earth world planet space universe galaxy mars venus jupiter saturn mercury apollo zeus athena hercules",
    "achilles poseidon hades odin loki atlantis olympus angelo devil devilman satan lucifer demon hell heaven",
    "paradise god godisgood godislove godbless jesus jesuschrist christ jesussaves jesuslovesme blessed blessing",
    "bless church faith hope hopeful trust believe spirit holy bible allah islam buddha krishna christmas xmas",
    "santa santaclaus halloween easter birthday",
    // moods, boasts, trades
    "happy happyday happyness happiness smile smiley smiles laugh lucky luckyone luckydog luck funny crazy crazyboy",
    "crazygirl crazyfrog mad insane stupid idiot dumbass loser noob nerd geek freak weird cool coolboy coolgirl",
    "coolio awesome amazing perfect special genius smart brilliant fantastic magic magical magician wizard witch",
    "wicked killer killers killme murder sniper shooter gangster gangsta thug pimp pimpin hustler soldier army navy",
    "marine marines airforce military warrior fighter hunter hunting ranger cowboy cowgirl pirate pirates viking",
    "knight knights knighthood sorcerer blaster legend legendary hero heroes villain boss bigboss bigdaddy bigdog",
    "bigman bigred bigmac littleman littleone shorty fatboy fatman skinny doctor nurse teacher student school",
    "schoolsucks college university graduate engineer police policeman pilot captain general major sergeant",
    "president chief manager director lawyer freedom freebird free freeman liberty justice peace peaceful peacelove",
    "war power powerful powerball energy dynamic strong strength extreme maximum ultimate infinity eternal eternity",
    "destiny fortune future dream dreams dreamer dreaming dreamteam sweetdreams nightmare night nightlife midnight",
    "morning sleep sleepy lonely alone broken brokenheart emo emogirl emoboy gothic vampire vampires zombie zombies",
    "ghost skull skulls skeleton dark darkness darkangel darklord shadow shadows shadowman mystery secretlove",
    "danger dangerous explosion dynamite bomb bomber atomic nuclear rocket rocketman laser cyber hacker hacking",
    "hackers phantom ghostrider nightrider knightrider speed speedy turbo nitro racer biker rider drift money",
    "moneyman moneymoney cash dollar dollars euro rich millionaire billionaire jackpot casino poker pokerface vegas",
    "lasvegas bitcoin crypto business success successful work working job office company monster monsters beast",
    "beastmode savage rebel rebels outlaw maverick goose topgun",
    // places
    "american usa unitedstates canada canadian mexico mexicana mexicano brazil brasil argentina colombia peru chile",
    "venezuela cuba puertorico boricua jamaica england english london britain ireland irish scotland scottish wales",
    "france paris french marseille germany deutschland german berlin hamburg munchen koln frankfurt stuttgart",
    "austria wien switzerland italy italia italian venezia firenze sicilia spain espana portugal lisboa greece",
    "athens turkey turkiye istanbul ankara izmir russia moscow moskva ukraine kiev poland polska warszawa krakow",
    "sweden norway denmark finland holland amsterdam netherlands belgium brussels hungary budapest prague praha",
    "romania bucharest bulgaria serbia croatia egypt africa southafrica nigeria kenya morocco israel jerusalem",
    "india indian pakistan bangladesh china chinese beijing shanghai hongkong japan japanese tokyo osaka korea",
    "korean seoul thailand bangkok vietnam saigon indonesia jakarta malaysia singapore philippines pinoy manila",
    "australia aussie sydney melbourne newzealand hawaii aloha california cali losangeles hollywood sanfrancisco",
    "sandiego oakland seattle portland oregon washington denver colorado arizona texas dallas houston sanantonio",
    "chicago illinois detroit michigan ohio cleveland cincinnati pittsburgh philadelphia newyork newyorkcity",
    "brooklyn bronx manhattan queens boston massachusetts miami florida orlando tampa atlanta georgia nashville",
    "tennessee memphis kentucky alabama louisiana neworleans mississippi missouri stlouis kansas nebraska oklahoma",
    "nevada utah idaho montana alaska minnesota wisconsin milwaukee indiana iowa maryland baltimore delaware jersey",
    "newjersey toronto montreal vancouver quebec ottawa europe asia",
    // other languages
    "amigos amigas amistad corazon estrella estrellita mariposa princesita hermosa hermoso bonita bonito preciosa",
    "chiquita chiquito gordita gordito flaquita flaco negrita cielo luna sol tesoro carino muneca bebe familia",
    "hermano hermana abuela dios diosesamor diosmio jesucristo alegria felicidad esperanza libertad futbolista",
    "campeon tigre leon caballo conejo perrito elefante naranja manzana fresa azul rojo verde amarillo negro blanco",
    "computadora escuela trabajo casa perla flores sirena tortuga delfin canela soleil lune etoile coucou doudou",
    "loulou chouchou bisous nounours papillon maman chocolat azertyuiop amoureux princesse bonheur vacances sonne",
    "mond sterne sternchen schatzi liebling engel blume hase hasi mausi schnucki spatz ficken arschloch scheisse",
    "urlaub familie freunde freiheit hoffnung kaffee schokolade amicizia stellina principessa ciccio cucciolo",
    "farfalla gattino amoremio forzajuve forzamilan forzainter forzanapoli saudade gatinha gatinho querida amizade",
    "deus deusefiel jesuscristo vida kochanie kocham kochamcie misiek misiaczek kotek kwiatek slonko lol lolek dupa",
    "kurwa privet parol lyubov solnce kotik zaichik rossiya nastya sashka dasha masha misha vova dima seni",
    "seviyorum canim askim asktanem sevgilim prenses melek aishiteru sayang cinta cantik rahasia bismillah woaini",
    "wangyut mahalko mahalkita iloveyousomuch iloveyoubaby iloveyouforever ihateyou ihatemylife hateme hatred",
    // others that published lists have in front
    "aardvark acropolis aerobics airborne alexandr allstate altamira amorcito anaconda anamaria andromeda applepie",
    "aquarius assmunch babyblue babygurl babylon barnyard beatrice bestfriends bettyboop billabong blizzard",
    "blowfish bluebird bluefish bluejean brewster broadway butthead calendar campbell cannondale capricorn cardinal",
    "carebear carlitos cassandra catalina catwoman chainsaw challenge chameleon chandler cheerleader chester",
    "cheyenne chinacat chouette chrisbrown christia christin christoph clarkson classroom clueless coltrane",
    "columbia commander concorde confused coolbean coolness cordelia cornflake courtney crawford creative crescent",
    "crusader cunningham daddysgirl daedalus darkstar deadhead deeznuts dickhead dillweed dontknow downtown",
    "drowssap dutchess einstein electric emmanuel excalibur explorer fairview fearless feedback ferguson firebird",
    "fishhead flamingo flanders fletcher flowerpot fountain francine francois franklin friendship friendster",
    "froggies frontier fuckface gabriell gammaphi garfunkel gargoyle gateway geronimo gilgamesh godzilla grateful",
    "gretchen hallowell hamilton hardcore harrison hawkeye hedgehog hernandez heythere highland histoire homebrew",
    "hosehead hotstuff hydrogen idontknow imissyou informix instructor integral intrepid inuyasha jeanette jeepster",
    "jeremiah jethrotull johanna johncena justdoit kalamazoo kangaroo katerina kathleen kingfish kristine lacrosse",
    "laserjet lawrence lipgloss lissabon loislane lollypop lonestar longhorn lorraine madalina madeline majordomo",
    "makeitso management marathon marielle marshall martinez maryjane mattingly meatloaf mechanic metallic milagros",
    "millenium mobydick monopoly montrose morecats mortimer munchkin napoleon national neutrino newaccount newcourt",
    "nicklaus nightshade nightwing notebook obsession overkill paradigm pearljam penelope performa phialpha",
    "phillips pianoman pictures pipeline politics poohbear precious printing prometheus property provider rachelle",
    "raistlin rastafarian redcloud renegade republic research revolution reynolds richards richmond roadrunner",
    "robinhood robotech robotics rootbeer rossignol ruthless salasana sample savannah scarecrow scarlett schnapps",
    "scooter services sexybitch sexymama shithead shopping sidekick sigmachi signature skipper skittles slideshow",
    "smashing snickers snoopdog spitfire sprocket starbuck stargate stephani sterling stingray stranger sundance",
    "superfly sweetness swordfish tacobell tazdevil tazmania teiubesc temporal terminal thejudge thelorax thisisit",
    "thompson thrasher thunderbird tightend tokiohotel training transfer transport treasure trombone undertaker",
    "vacation valentin valentine valhalla waterloo webmaster westlife westside whocares whoville williams windsurf",
    "wordpass wrangler xcountry yogibear zacefron zhongguo",
};

std::vector<std::string_view> sorted_words()
{
    std::vector<std::string_view> all;
    for (auto line : words) {
        while (!line.empty()) {
            const auto word = line.substr(0, line.find(' '));
            all.push_back(word);
            line.remove_prefix(std::min(word.size() + 1, line.size()));
        }
    }
    std::sort(all.begin(), all.end());
    return all;
}

const std::vector<std::string_view>& dictionary()
{
    static const auto all = sorted_words();
    return all;
}

} // namespace

bool is_common_password(std::string_view password)
{
    const auto is_word = [](std::string_view text) {
        return std::binary_search(dictionary().begin(), dictionary().end(), text);
    };
    return is_habit(password) || any_variant(password, is_word);
}

std::size_t common_words()
{
    return dictionary().size();
}

} // namespace watchword::accounts
