/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the built-in set: common words of a language, from one to four syllables, over the
 * sounds of the language. See builtin_internal.h.
 *
 * A language without a list of its own speaks its numbers (espeak-ng reads digits in every
 * language) and the English list with its own sounds: that is what other speech sounds like to a
 * listener who does not know the words. */
#include <string.h>

#include "base/text.h"
#include "data/builtin_internal.h"

static const char english[] =
    "about above across after again against air allow almost alone along already always among "
    "animal answer apple april arm around arrive ask august autumn away baby back bag ball "
    "banana  bank basket bath beach bean bear beautiful because become before begin behind "
    "believe bell  below beside better between bicycle big bird black blanket blue board boat "
    "body book born  bottle bowl box boy branch bread break breakfast bridge bright bring "
    "brother brown brush  build bus busy butter button buy cake call camera camp capital car "
    "card carry castle catch  cattle ceiling center chair chance change cheese cherry chicken "
    "child choose church circle  city clean clear climb clock close cloud coat coffee cold "
    "color come company computer cook  copper corner cotton could country cover cow cross cup "
    "curtain cut dance danger dark daughter  day december decide deep desk dinner doctor dog "
    "dollar door double down dream dress drink  drive drop dry during early earth easy eat "
    "edge effort egg eight elephant empty end engine  enjoy enough evening every example eye "
    "face family farm father february feel fence field  fifteen finger finish fire fish five "
    "floor flower fly follow food foot forest forget forty  forward four fox friday friend "
    "fruit full funny future game garden gate general girl give  glass go gold good grand "
    "grass gray green ground group grow guitar hair half hammer hand head  heart heavy hello "
    "help hill history holiday home honey horse hospital hotel hour house  hundred hungry ice "
    "idea important inside iron island january join jump june jungle kettle key  kitchen knee "
    "knife ladder lady lake lamp language large later laugh lead leaf learn leather  left "
    "lemon letter library light lion listen little live long lunch machine magic maker many "
    "map march market match maybe meadow meat medicine member metal middle milk million "
    "minute  mirror monday money monkey month moon morning mother mountain mouth move museum "
    "music name  nation nature near neck needle never next nine nobody noise north nose "
    "november number ocean  october off office often on onion only open orange other outside "
    "oven over page paint pair  paper parent park party pass peace pen people pepper person "
    "phone piano picture piece pig  pilot pink place plane plant plate play please pocket "
    "police poor potato power present pretty  price problem pull purple push quarter queen "
    "question quick quiet rabbit radio rain read ready  reason red remember rest rice right "
    "ring river road robot rocket roof room rose round rule run  salad salt sand saturday "
    "sausage school science sea seat second see september seven shadow  share sharp sheep "
    "ship shirt shoe shop short shoulder show silver simple sing sister six skin  sky sleep "
    "slow small smile snow soap soft soldier something song soon soup south space speak "
    "spoon spring square stairs stand star start station stay stone stop storm story street "
    "strong  student sugar summer sun sunday sweet swim table tail take tall teacher "
    "telephone tell ten  thank theater there thing think thirsty thousand three thunder "
    "thursday ticket tiger time  tired today together tomato tomorrow tongue tooth top touch "
    "towel tower town train travel tree  triangle true tuesday turn twelve twenty two "
    "umbrella uncle under until up usual valley very  video village violin visit visual voice "
    "wait walk wall want warm wash watch water wave weather  wednesday week west wheel where "
    "whisper white why wide wife wind window winter wish woman  wonder wood word work world "
    "worry wow write yard year yellow yes yesterday young zebra zero";

static const char arabic[] =
    "بيت باب شباك كتاب قلم مدرسة طالب معلم مدينة شارع سيارة قطار طائرة سفينة بحر نهر جبل سماء "
    "أرض  شمس قمر نجم مطر ثلج ريح نار ماء خبز لحم سمك بيضة حليب قهوة شاي سكر ملح تفاح برتقال "
    "موز عنب  رجل امرأة ولد بنت أب أم أخ أخت جد صديق ملك طبيب مهندس شرطي يد رأس عين أذن أنف "
    "فم قدم قلب  كلب قطة حصان جمل أسد فيل طائر نحلة شجرة وردة حديقة غابة صباح مساء ليل نهار "
    "يوم أسبوع شهر سنة  أحمر أزرق أخضر أصفر أبيض أسود كبير صغير طويل قصير جديد قديم جميل سريع "
    "بطيء حار بارد قريب بعيد  سهل صعب كرسي طاولة سرير غرفة مطبخ مفتاح ساعة هاتف صورة رسالة "
    "سؤال جواب كلمة اسم رقم لون لعبة  مال سوق مطعم فندق مستشفى مكتبة مسجد متحف شركة عمل حرب "
    "سلام حب حلم فكرة حياة عالم تاريخ علم  موسيقى أغنية رياضة كرة سفر رحلة هدية عيد ذهب فضة "
    "حديد خشب حجر زجاج ورق قماش";

static const char german[] =
    "abend acht affe alles alt anfang apfel arbeit arm arzt auge august auto baum berg bett "
    "bild  blume boden boot brief brille brot brücke bruder buch butter dach dame danke decke "
    "deutsch  dorf drei dunkel durst ecke eimer einfach eis ende erde erst essen fahrrad "
    "familie farbe  fenster feuer finger fisch flasche fleisch flugzeug fluss frage frau "
    "freitag freund frühling  fuss gabel garten gelb geld gemüse gesicht glas glück gold gras "
    "gross grün haar hals hammer  hand haus heft heiss hell hemd herbst herz heute himmel "
    "hose hund hunger insel januar jetzt  junge käse kaffee kalt karte kartoffel katze keller "
    "kind kirche kissen klein knie koffer kopf  korb kuchen kuh küche lampe land lang laut "
    "leben lehrer leicht licht lied löffel löwe luft  mädchen mai maler mann markt maus meer "
    "messer milch mittag monat mond morgen mund musik mutter  nacht nadel name nase nein neun "
    "nummer obst oder ofen ohr onkel oma papier park pause pferd  pflanze platz regen reise "
    "ring rock rot ruhe sache salz sand schaf schiff schlaf schlüssel  schnee schuh schule "
    "schwarz schwester see seife sieben silber sommer sonne spiegel spiel stadt  stein stern "
    "stimme strasse stuhl stunde suppe tag tante tasche tasse teller tiger tisch tochter "
    "traum treppe tür uhr unten vater vier vogel wagen wald wand wasser weg wein weiss welt "
    "wetter  wiese wind winter woche wolke wort zahn zehn zeit zeitung zimmer zitrone zucker "
    "zug zwei";

static const char spanish[] =
    "abril abrir agua ahora aire alegre algo alto amarillo amigo año antes árbol arena arroz "
    "ayer  azúcar azul barco bicicleta blanco boca bonito bosque brazo bueno caballo cabeza "
    "café caja  calle cama camino campo canción cara carne carta casa cerca cielo cinco "
    "ciudad claro cocina  coche color comer corazón corto cuatro cuchillo cuerpo dedo deporte "
    "derecha desayuno dinero  doctor domingo dormir dos dulce enero escuela espejo estrella "
    "fácil familia febrero feliz  fiesta flor fuego fuerte gato gente grande guerra guitarra "
    "hablar hermano hierro hijo hoja  hombre hora huevo iglesia invierno isla izquierda "
    "jardín joven jueves jugo julio lápiz largo  leche león letra libro limón lluvia luna "
    "lunes luz madre maleta mano manzana mañana mar marzo  martes médico mercado mesa "
    "miércoles mil mitad montaña mujer mundo museo música naranja nariz  negro nieve niño "
    "noche nombre nueve nuevo número ocho octubre ojo oreja oro otoño padre pájaro  palabra "
    "pan papel pared parque pelo pequeño perro pescado piedra pierna playa plaza pluma  pobre "
    "policía pollo puente puerta queso rápido regalo reloj rey río rojo ropa sábado sal "
    "semana  silla sol sombrero sopa tarde taza teléfono tiempo tienda tierra tigre tomate "
    "trabajo tren tres  uva vaca vaso ventana verano verde viaje viejo viento viernes vino "
    "zapato";

static const char french[] =
    "abricot acheter agneau aile ami amour année août appel arbre argent assiette aujourd'hui "
    "auto  automne avion avril bateau beau bébé beurre bleu boire bois boîte bonjour bouche "
    "bouteille bras  bruit bureau café camion campagne canard carte chaise chaleur chambre "
    "chanson chapeau chat  château chaud chemin cheval cheveu chien ciel cinq citron clé "
    "coeur couleur couteau crayon  cuisine dame danse décembre demain demi dent dimanche "
    "docteur doigt dormir douze eau école  église enfant épaule escalier étoile été facile "
    "famille femme fenêtre fer feu feuille février  fille fin fleur forêt fourchette frère "
    "froid fromage fruit gare garçon gâteau grand guerre  herbe heure hier histoire hiver "
    "homme huile huit île jambe janvier jardin jaune jeu jeudi jeune  jour journal juin jupe "
    "lac lait lampe langue lapin légume lettre libre lion lit livre loin lune  lundi lunettes "
    "main maison mardi marché mari matin médecin mer mercredi mère midi miel miroir  monde "
    "montagne mot mouton mur musée musique neige neuf nez noir nombre nord nuage nuit oeil "
    "oeuf  oiseau oncle or orange oreille ouvert pain papier parc père petit peur pied pierre "
    "plage plante  pluie poire poisson police pomme pont porte poule prix quatre question "
    "reine rêve riche rivière  robe roi rose rouge route rue sable sac samedi sang savon sel "
    "semaine sept soeur soir soleil  sommeil sucre sud table tasse temps terre tête théâtre "
    "thé tigre tomate train travail treize  trois vache valise vélo vendredi vent ventre "
    "verre vert viande vie village ville vin violon  visage voisin voiture voix voyage";

static const char numbers[] =
    "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 23 27 30 36 40  45 50 54 60 68 70 "
    "71 80 82 90 99 100 200 500 700 1000 2000 5000  10000 1000000";

static const struct {
    const char *language;
    const char *words;
} lists[] = {
    {"en", english}, {"ar", arabic}, {"de", german}, {"es", spanish}, {"fr", french},
};

/* Is `code` ("en-us") of the language ("en")? */
static bool is_of(const char *code, const char *language)
{
    size_t n = strlen(language);
    return strncmp(code, language, n) == 0 && (code[n] == 0 || code[n] == '-');
}

static mote_status split_words(const char *text, mote_arena *a, const char **out, size_t *n,
                               mote_err *err)
{
    while (*text) {
        size_t len = strcspn(text, " ");
        out[*n] = mote_arena_strndup(a, text, len);
        if (!out[(*n)++])
            return mote_fail(err, MOTE_NOMEM, "built-in words");
        text += len + (text[len] == ' ' ? 1 : 0);
    }
    return MOTE_OK;
}

mote_status mote_builtin_words(const char *language, mote_arena *a, const char ***out, size_t *n,
                               mote_err *err)
{
    MOTE_TRY(mote_arena_take(a, MOTE_BUILTIN_MAX_WORDS, sizeof **out, out, err));
    *n = 0;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (is_of(language, lists[i].language))
            return split_words(lists[i].words, a, *out, n, err);
    }
    MOTE_TRY(split_words(numbers, a, *out, n, err));
    return split_words(english, a, *out, n, err);
}

/* ---- language ------------------------------------------------------------------------------ */

/* Blocks of Unicode that one language of espeak-ng is the likeliest for. */
static const struct {
    uint32_t from, to;
    const char *language;
} scripts[] = {
    {0x0370, 0x03ff, "el"},  {0x0400, 0x04ff, "ru"}, {0x0530, 0x058f, "hy"}, {0x0590, 0x05ff, "he"},
    {0x0600, 0x06ff, "ar"},  {0x0900, 0x097f, "hi"}, {0x0980, 0x09ff, "bn"}, {0x0a00, 0x0a7f, "pa"},
    {0x0a80, 0x0aff, "gu"},  {0x0b80, 0x0bff, "ta"}, {0x0c00, 0x0c7f, "te"}, {0x0c80, 0x0cff, "kn"},
    {0x0d00, 0x0d7f, "ml"},  {0x10a0, 0x10ff, "ka"}, {0x1200, 0x137f, "am"}, {0x3040, 0x30ff, "ja"},
    {0x3400, 0x9fff, "cmn"}, {0xac00, 0xd7af, "ko"},
};

/* The code point at s; UTF-8 was checked when the keywords were read. */
static uint32_t code_point(const unsigned char *s)
{
    if (s[0] >= 0xe0 && s[0] < 0xf0 && s[1] && s[2])
        return (uint32_t)(s[0] & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
    if (s[0] >= 0xc0 && s[0] < 0xe0 && s[1])
        return (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
    return s[0];
}

const char *mote_builtin_language(const char *wanted, const char *const *keywords, size_t n)
{
    if (wanted && *wanted)
        return wanted;
    for (size_t k = 0; k < n; k++) {
        for (const char *p = keywords[k]; *p; p++) {
            uint32_t c =
                ((unsigned char)*p & 0xc0) == 0x80 ? 0 : code_point((const unsigned char *)p);
            for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
                if (c >= scripts[i].from && c <= scripts[i].to)
                    return scripts[i].language;
            }
        }
    }
    return "en";
}
